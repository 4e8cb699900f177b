import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { sshError, sshProblems } from './problems.ts';

/**
 * The public line of an ed25519 key of this file, which is made, for its owner alone, where it is missing. ssh-keygen makes
 * it: the `ssh2` package (1.17) cuts zeros off the beginning of public keys, which breaks one key of 256.
 * @throws ProblemError `ssh-key-not-made`
 */
export function makeKey(file: string, comment: string): string {
  if (!existsSync(file)) {
    const fresh = `${file}.new`;
    for (const left of [fresh, `${fresh}.pub`]) rmSync(left, { force: true });
    try {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', fresh], { stdio: 'pipe' });
    } catch (error) {
      throw sshError(sshProblems.keyNotMade(file, error instanceof Error ? error.message : String(error)), error);
    }
    renameSync(`${fresh}.pub`, `${file}.pub`);
    renameSync(fresh, file);
  }
  return readFileSync(`${file}.pub`, 'utf8').trim();
}
