import type { Problem } from '../../shared/contract/problem.ts';
import { wantsSudoPassword } from '../../shared/contract/sudo.ts';
import { printable } from './output/text.ts';
import type { Session } from './session.ts';
import { askSecret, canAsk } from './terminal.ts';

/** Asks for the password of sudo that a problem is about. null: it is about another matter, or nobody gives one here. */
export async function askSudoPassword({ terminal }: Session, problem: Problem): Promise<string | null> {
  if (!wantsSudoPassword(problem) || !canAsk(terminal)) return null;
  terminal.stderr.write(`${printable(problem.title)}\n`);
  return (await askSecret(terminal, 'Password: ')) || null;
}
