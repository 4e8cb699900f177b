import { z } from 'zod';
import type { Problem } from './problem.ts';

/** What a person typed for sudo on a host. It goes to that host's sudo alone; the engine keeps it in memory only. */
export const sudoPassword = z.string().min(1).max(1000);

/**
 * Codes of the problems that end when the same is asked again with a password of sudo: none was given, or a wrong one.
 * After too many wrong ones the problem is another, and nobody is asked again.
 */
export const sudoPasswordCodes = { wanted: 'sudo-password-wanted', wrong: 'sudo-password-wrong' } as const;

/** True where what a person can type is all that is missing. */
export function wantsSudoPassword({ code }: Pick<Problem, 'code'>): boolean {
  return code === sudoPasswordCodes.wanted || code === sudoPasswordCodes.wrong;
}
