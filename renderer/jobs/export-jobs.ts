import type { JobId } from '../../shared/contract/ids.ts';
import type { ExportPiece } from '../../shared/contract/job.ts';
import type { Problem } from '../../shared/contract/problem.ts';
import type { Client } from '../app/client.ts';
import { formatBytes } from '../ui/format.ts';

/** What a page saves is first held by the browser, in memory or in its own files. */
const LONGEST = 1024 ** 3;
/** What is handed over to the browser at once; until then it is in the page's memory. */
const PART = 4 * 1024 ** 2;

export interface ExportRequest {
  readonly ids: readonly JobId[];
  readonly withLogs: boolean;
}
export type ExportProgress = Omit<ExportPiece, 'text'>;

/** An error that says in a person's words what is wrong. */
class ExportError extends Error {
  override readonly name = 'ExportError';
  readonly data: Problem;
  constructor(data: Problem) {
    super(data.title);
    this.data = data;
  }
}

/**
 * The jobs as JSON Lines, as a file of the browser's: the page's memory holds a part of it at a time.
 * @throws what the engine says of one, and {@link ExportError} where it gets too long
 */
export async function exportJobs(
  client: { job: Pick<Client['job'], 'export'> },
  { ids, withLogs }: ExportRequest,
  {
    signal,
    onProgress,
    longest = LONGEST,
  }: { signal: AbortSignal; onProgress: (progress: ExportProgress) => void; longest?: number },
): Promise<Blob> {
  const parts: Blob[] = [];
  let texts: string[] = [];
  let textLength = 0;
  let length = 0;
  let whole = 0;
  const handOver = (): void => {
    parts.push(new Blob(texts));
    texts = [];
    textLength = 0;
  };
  for await (const { text, ...progress } of await client.job.export({ ids: [...ids], withLogs }, { signal })) {
    texts.push(text);
    textLength += text.length;
    length += text.length;
    if (Math.max(progress.logBytesTotal, length) > longest) throw tooLong(ids, progress.logBytesTotal, longest);
    if (textLength >= PART) handOver();
    whole = progress.jobs;
    onProgress(progress);
  }
  signal.throwIfAborted();
  if (whole < ids.length) throw cutOff(whole, ids.length);
  handOver();
  return new Blob(parts, { type: 'application/jsonl' });
}

/** How far an export is: in bytes of logs where there are any, else in jobs. */
export function exportShare(
  { jobs, logBytes, logBytesTotal }: ExportProgress,
  count: number,
): { done: number; total: number } {
  return logBytesTotal > 0 ? { done: logBytes, total: logBytesTotal } : { done: jobs, total: count };
}

function tooLong(ids: readonly JobId[], logBytes: number, longest: number): ExportError {
  return new ExportError({
    code: 'export-too-long',
    title: 'That is too long to be saved from a window',
    evidence: `${formatBytes(logBytes)} of logs; at most ${formatBytes(longest)} are saved from here, with all that goes with each line`,
    advice: [
      ids.length === 1 ? 'Export the job without its logs.' : 'Export fewer jobs, or without logs.',
      `Of any length: nixstead jobs export --logs${ids.length === 1 ? ` ${ids[0]}` : ''} > jobs.jsonl`,
    ],
  });
}

function cutOff(whole: number, count: number): ExportError {
  return new ExportError({
    code: 'export-cut-off',
    title: 'The export was cut off',
    evidence: `${whole} of ${count} jobs came through`,
    advice: ['Try again.'],
    canRetry: true,
  });
}

/** Offers a file to be saved, as the browser or the window saves files. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own hold on the content by the time this runs.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
