import { git } from '../../git/core.ts';
import { committedFile } from '../../git/committed-file.ts';
import { workTreeRoot } from '../../git/root.ts';
import { textOf } from '../files/fleet-file.ts';
import { notHeld, notInGit } from './errors.ts';

export interface Going {
  readonly name: string;
  /** Files and folders that would be deleted, relative to the fleet's folder. */
  readonly paths: readonly string[];
  /** Pieces of texts that would be cut out. */
  readonly cut: readonly { readonly file: string; readonly text: string }[];
}

/**
 * Lets pass only what the last commit holds: files as they are there, pieces of text word for word.
 * @throws ProblemError `retire-not-in-git` that names what it does not hold
 */
export async function requireHeldByGit(
  folder: string,
  { name, paths, cut }: Going,
  signal: AbortSignal,
): Promise<void> {
  if (workTreeRoot(folder) === null) throw notInGit(name, folder);
  const options = { cwd: folder, signal };
  const missing: string[] = [];
  if (paths.length > 0) {
    const state = [
      'status',
      '--porcelain',
      '-z',
      '--untracked-files=all',
      '--ignored=matching',
      '--no-renames',
    ] as const;
    const { stdout } = await git(['--literal-pathspecs', ...state, '--', ...paths], options);
    missing.push(
      ...stdout
        .toString('utf8')
        .split('\0')
        .filter((line) => line !== '')
        .map((line) => line.slice(3)),
    );
  }
  for (const { file, text } of cut) {
    const bytes = await committedFile(file, options);
    if (bytes === null || textOf(bytes)?.includes(text) !== true) missing.push(file);
  }
  if (missing.length > 0) throw notHeld(name, [...new Set(missing)]);
}
