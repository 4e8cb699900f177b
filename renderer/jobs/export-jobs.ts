import type { JobId } from '../../shared/contract/ids.ts';
import { exportLine } from '../../shared/jobs/export.ts';
import type { Client } from '../app/client.ts';

/** The jobs as JSON Lines. `onProgress` gets how many are read. @throws what the engine says of one */
export async function exportJobs(
  client: Client,
  ids: readonly JobId[],
  onProgress: (done: number) => void,
): Promise<string> {
  const lines: string[] = [];
  for (const id of ids) {
    lines.push(exportLine(await client.job.show({ id })));
    onProgress(lines.length);
  }
  return lines.join('');
}

/** Offers a text as a file, as the browser or the window saves files. */
export function saveText(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/jsonl' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own hold on the text by the time this runs.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
