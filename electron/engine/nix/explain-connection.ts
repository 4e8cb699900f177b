import type { Problem } from '../../../shared/contract/problem.ts';
import { explainSshText } from '../ssh/explain.ts';
import type { NixRun } from './nix-run.ts';
import { targetOf } from './rule-problem.ts';

/** nix's words for an ssh that could not start or went away; the reason is in ssh's own lines, if anywhere. */
const connectionFailed =
  /failed to start SSH|cannot open connection to remote store|unexpected end-of-file|Broken pipe|Connection reset|disconnected unexpectedly/;

/** Why the connection to another store failed; null: nothing says that it did. */
export function explainConnection(run: NixRun): Problem | null {
  const failed = run.progress.lines.find((line) => line.kind === 'error' && connectionFailed.test(line.text));
  if (failed === undefined && run.verb !== 'copy') return null;
  const place = targetOf(run) ?? 'the other machine';
  const plain = run.progress.lines.filter((line) => line.kind === 'plain').map((line) => line.text);
  const ssh = explainSshText(plain.join('\n'), place);
  if (ssh !== null || failed === undefined) return ssh;
  return {
    code: 'nix-copy-cut',
    title: `The connection to ${place} ended in the middle`,
    evidence: failed.text,
    advice: [
      'Check the network between and that the machine still runs, then try again.',
      'What was copied completely stays there; trying again goes on from it.',
    ],
    canRetry: true,
  };
}
