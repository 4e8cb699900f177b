import type { TerminalEvent } from '../../shared/contract/terminal.ts';

type End = Omit<Extract<TerminalEvent, { type: 'ended' }>, 'type'>;

/** ssh(1): 255 is its own, any other status is that of the shell. */
const sshFailed = 255;

/** How a login ended, in a sentence. */
export function endWords({ exitCode, signal }: End): string {
  if (exitCode === sshFailed)
    return 'ssh could not log in, or lost the connection (status 255). Its last line says why.';
  if (exitCode !== null) return `The shell there has ended with status ${exitCode}.`;
  return `ssh was ended by signal ${signal ?? 0}.`;
}
