import { posix } from 'node:path';
import type { HostSession } from './host-session.ts';

/** A program and its words. */
export type Argv = [string, ...string[]];

/** A command as root runs it there. `privilege` is what root's commands begin with; empty for root. */
export function asRoot(privilege: readonly string[], argv: readonly string[]): Argv {
  const [first = 'sh', ...rest] = [...privilege, ...argv];
  return [first, ...rest];
}

/** What root's commands begin with in a session; empty for root. @param command what the fleet says of the host */
export function privilegeIn({ isRoot }: Pick<HostSession, 'isRoot'>, command: readonly string[]): readonly string[] {
  return isRoot ? [] : command;
}

/** True where sudo makes root, by whatever path it is called. */
export function isSudo([program = '']: readonly string[]): boolean {
  return posix.basename(program) === 'sudo';
}
