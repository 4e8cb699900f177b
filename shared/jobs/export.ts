import type { JobDetail } from '../contract/job.ts';

/** One job as a line of JSON Lines: everything that is known of it but its logs, which are files of their own. */
export function exportLine(job: JobDetail): string {
  return `${JSON.stringify({ version: 1, ...job })}\n`;
}
