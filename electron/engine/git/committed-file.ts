import { git, type GitOptions } from './core.ts';

/** A file's bytes as the last commit has them; null where it has no such file. `file` is relative to `cwd`. */
export async function committedFile(file: string, options: GitOptions): Promise<Buffer | null> {
  const result = await git(['cat-file', 'blob', `HEAD:./${file}`], { ...options, expectedExitCodes: [0, 128] });
  return result.exitCode === 0 ? result.stdout : null;
}
