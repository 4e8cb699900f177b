import type { GitOptions } from './core.ts';
import { lookWithGit } from './look.ts';

/** The last commit (its full hash), or null where there is none yet. */
export async function gitHead(options: GitOptions): Promise<string | null> {
  const result = await lookWithGit(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], {
    ...options,
    expectedExitCodes: [0, 1],
  });
  return result.exitCode === 0 ? result.stdout.toString('utf8').trim() : null;
}
