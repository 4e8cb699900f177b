import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostName, JobId } from '../../../shared/contract/ids.ts';
import type { ExportPiece, JobDetail } from '../../../shared/contract/job.ts';
import { plainText } from '../nix/terminal-text.ts';
import type { JobFolder } from './job-folder.ts';
import { readLog } from './log-reader.ts';

/** A line that is longer comes in several records: memory stays bounded whatever a program printed. */
const LONGEST_LINE = 1024 * 1024;

/** How much is handed over at once: enough that a log which is drawn at the same time does not slow the export down. */
const PIECE = 1024 * 1024;

/** A line of a log, or a further part of one that is very long. `line` counts from 1. */
export interface LogLine {
  readonly line: number;
  readonly text: string;
  readonly continues?: true;
}

/** Lines of a log that comes in pieces, as they are read on a terminal: no escape sequences, of a redrawn line the last. */
export class LogLineReader {
  readonly #longest: number;
  #rest = '';
  #line = 1;
  #hasBegun = false;

  constructor(longest = LONGEST_LINE) {
    this.#longest = longest;
  }

  /** The lines that this piece completes. */
  add(piece: string): LogLine[] {
    const parts = piece.split('\n');
    const last = parts.pop() ?? '';
    const lines = parts.map((part) => this.#end(part));
    this.#rest = lastDrawing(this.#rest + last);
    if (this.#rest.length > this.#longest) lines.push(this.#cut());
    return lines;
  }

  /** What is left of a log that ends in the middle of a line. */
  end(): LogLine[] {
    return this.#rest === '' ? [] : [this.#end('')];
  }

  #end(part: string): LogLine {
    const line = this.#take(lastDrawing(this.#rest + part));
    this.#line += 1;
    this.#hasBegun = false;
    return line;
  }

  #cut(): LogLine {
    const line = this.#take(this.#rest);
    this.#hasBegun = true;
    return line;
  }

  #take(text: string): LogLine {
    this.#rest = '';
    return { line: this.#line, text: plainText(text), ...(this.#hasBegun && { continues: true }) };
  }
}

/** What stands in a line after its last carriage return; those at its end go with the line feed. */
function lastDrawing(line: string): string {
  let end = line.length;
  while (line[end - 1] === '\r') end -= 1;
  return end === 0 ? '' : line.slice(line.lastIndexOf('\r', end - 1) + 1);
}

/** One job as a line of JSON Lines: everything that is known of it but its logs. */
export function jobRecord(job: JobDetail): string {
  return `${JSON.stringify({ version: 1, ...job })}\n`;
}

/** A line of a log as a line of JSON Lines; `type` tells it from a job. `host` null: the job's own log. */
export function logRecord(job: JobId, host: HostName | null, line: LogLine): string {
  return `${JSON.stringify({ version: 1, type: 'log', job, host, ...line })}\n`;
}

/** A job to be exported: what is known of it is asked when it is its turn. */
export interface ExportedJob {
  readonly id: JobId;
  readonly folder: JobFolder;
  show(): Promise<JobDetail>;
}

/**
 * Jobs as JSON Lines, in pieces of whole lines: each job, and where they are wanted its logs as they are now, the job's
 * own first. Memory is one piece, whatever the length of the logs: the next is read when the caller asks for it.
 */
export async function* exportJobs(
  jobs: readonly ExportedJob[],
  withLogs: boolean,
  signal: AbortSignal,
): AsyncGenerator<ExportPiece> {
  let logBytesTotal = 0;
  if (withLogs) for (const { folder } of jobs) logBytesTotal += await sizeOfLogs(folder);
  let logBytes = 0;
  for (const [index, { id, folder, show }] of jobs.entries()) {
    const job = await show();
    let text = jobRecord(job);
    let told = logBytes;
    const piece = (isWhole: boolean): ExportPiece => {
      const given = { text, jobs: isWhole ? index + 1 : index, logBytes };
      text = '';
      told = logBytes;
      return { ...given, logBytesTotal: Math.max(logBytes, logBytesTotal) };
    };
    for (const host of withLogs ? [null, ...job.summary.hosts] : []) {
      const lines = new LogLineReader();
      for await (const chunk of readLog(asItIs(folder.log(host)), 0, signal)) {
        logBytes += chunk.nextOffset - chunk.offset;
        const complete = [...lines.add(chunk.text), ...(chunk.isEnd ? lines.end() : [])];
        text += complete.map((line) => logRecord(id, host, line)).join('');
        if (Math.max(text.length, logBytes - told) >= PIECE) yield piece(false);
      }
      signal.throwIfAborted();
    }
    yield piece(true);
  }
}

/** A log up to where it is written now, also of a job that goes on. */
const asItIs = (file: string): Parameters<typeof readLog>[0] => ({
  ...{ file, isComplete: () => true, change: () => Promise.resolve() },
});

/** 0 where there are none, or none any more. */
async function sizeOfLogs(folder: JobFolder): Promise<number> {
  const names = await readdir(folder.logs).catch(() => []);
  const sizes = names.map(async (name) => (await stat(join(folder.logs, name)).catch(() => null))?.size ?? 0);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
