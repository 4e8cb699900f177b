import { git, type GitOptions } from './core.ts';

/** A command line has room for these many paths. */
const MAX_PATHS = 400;

/**
 * Runs a git command on files, in as many turns as their names need. Names are taken as they are: one with `*` or a
 * colon is that file and no pattern.
 */
export async function gitOnFiles(
  argv: readonly [string, ...string[]],
  files: readonly string[],
  options: GitOptions,
): Promise<void> {
  for (let at = 0; at < files.length; at += MAX_PATHS) {
    await git(['--literal-pathspecs', ...argv, '--', ...files.slice(at, at + MAX_PATHS)], options);
  }
}
