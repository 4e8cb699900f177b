import { chmod, lstat, mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Discarded } from '../../../shared/contract/git.ts';
import { ProblemError } from '../errors.ts';
import { fileChanged } from '../fleet/files/errors.ts';
import { fleetFilePath, hashOfFile } from '../fleet/files/fleet-file.ts';
import { replaceFile } from '../fleet/create/write-files.ts';
import { committedFile } from './committed-file.ts';
import { git, type GitOptions } from './core.ts';
import { gitOnFiles } from './on-files.ts';

/**
 * Puts files back to the last commit; a file that it does not have is removed. Git keeps what they were, so that
 * {@link restoreDiscarded} can bring it back.
 * @param options `cwd`: the folder that the files are below
 */
export async function discardChanges(files: readonly string[], options: GitOptions): Promise<Discarded[]> {
  const kept = [];
  // All of them are kept before the first one is changed.
  for (const file of files) kept.push(await keep(file, options));
  const discarded: Discarded[] = [];
  for (const { path, ...before } of kept) {
    const { file } = before;
    if ((await committedFile(file, options)) !== null) {
      await gitOnFiles(['restore', '--source=HEAD', '--staged', '--worktree'], [file], options);
    } else {
      await gitOnFiles(['rm', '--quiet', '--cached', '--force', '--ignore-unmatch'], [file], options);
      await rm(path, { force: true });
    }
    discarded.push({ ...before, left: await hashOfFile(path) });
  }
  return discarded;
}

async function keep(file: string, options: GitOptions): Promise<Omit<Discarded, 'left'> & { path: string }> {
  const path = await fleetFilePath(options.cwd, file);
  const facts = await lstat(path).catch(() => null);
  if (facts !== null && !facts.isFile()) throw notAFile(file);
  const known = await git(['--literal-pathspecs', 'ls-files', '-z', '--', file], options);
  const before = { file, path, isTracked: known.stdout.length > 0, mode: (facts?.mode ?? 0) & 0o777 };
  if (facts === null) return { ...before, blob: null };
  const { stdout } = await git(['hash-object', '-w', '--no-filters', '--', path], options);
  return { ...before, blob: stdout.toString('utf8').trim() };
}

/**
 * Brings back what {@link discardChanges} took away.
 * @throws ProblemError `file-changed` where a file was written since then; those before it are back already
 */
export async function restoreDiscarded(files: readonly Discarded[], options: GitOptions): Promise<void> {
  for (const { file, blob, mode, isTracked, left } of files) {
    const path = await fleetFilePath(options.cwd, file);
    if ((await hashOfFile(path)) !== left) throw fileChanged(file);
    if (blob === null) {
      await rm(path, { force: true });
      continue;
    }
    const { stdout } = await git(['cat-file', 'blob', blob], options);
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, stdout);
    await chmod(path, mode);
    if (isTracked && left === null) await gitOnFiles(['add', '--intent-to-add'], [file], options);
  }
}

function notAFile(file: string): ProblemError {
  return new ProblemError({
    code: 'git-discard-not-a-file',
    title: `${file} is not a plain file, so its change is not discarded here`,
    evidence: '',
    advice: ['Use git restore in a terminal.'],
  });
}
