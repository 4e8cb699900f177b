import type { GitBranches } from '../../../shared/contract/git.ts';
import { actWithGit } from './act.ts';
import { git, type GitOptions } from './core.ts';
import { badBranchName, noSuchBranch } from './errors.ts';

/** A repository with more branches than this is worked on elsewhere; the latest are shown. */
const maxBranches = 500;
const separator = '\u001f';
const fields = [
  'refname',
  'upstream:short',
  'upstream:track,nobracket',
  'HEAD',
  'committerdate:unix',
  'contents:subject',
].map((field) => `%(${field})`);

/** Reads `ahead 2, behind 1`, as `%(upstream:track,nobracket)` gives it. */
function trackOf(text: string): { ahead: number; behind: number } {
  const count = (word: string): number => Number(new RegExp(`${word} (\\d+)`).exec(text)?.[1] ?? 0);
  return { ahead: count('ahead'), behind: count('behind') };
}

/** Reads what for-each-ref printed in our format (git-for-each-ref(1)). */
export function parseBranches(output: string): GitBranches {
  const local: GitBranches['local'] = [];
  const remote: GitBranches['remote'] = [];
  for (const line of output.split('\n')) {
    const [ref = '', upstream = '', track = '', head = '', time = '', ...subject] = line.split(separator);
    const about = { committedAt: Number(time) * 1000, subject: subject.join(separator) };
    if (ref.startsWith('refs/heads/')) {
      const name = ref.slice('refs/heads/'.length);
      const isGone = track.includes('gone');
      local.push({ name, isCurrent: head === '*', upstream: upstream || null, isGone, ...trackOf(track), ...about });
    } else if (ref.startsWith('refs/remotes/') && !ref.endsWith('/HEAD')) {
      remote.push({ name: ref.slice('refs/remotes/'.length), ...about });
    }
  }
  return { local, remote };
}

/** The branches of a repository, those with the latest commits first. */
export async function listBranches(options: GitOptions): Promise<GitBranches> {
  const format = `--format=${fields.join(separator)}`;
  const argv = ['for-each-ref', format, '--sort=-committerdate', `--count=${maxBranches}`] as const;
  return parseBranches((await git([...argv, 'refs/heads', 'refs/remotes'], options)).stdout.toString('utf8'));
}

async function hasRef(ref: string, options: GitOptions): Promise<boolean> {
  const { exitCode } = await git(['show-ref', '--verify', '--quiet', ref], { ...options, expectedExitCodes: [0, 1] });
  return exitCode === 0;
}

/** @throws ProblemError `git-bad-branch-name` */
async function checkName(name: string, options: GitOptions): Promise<void> {
  const argv = ['check-ref-format', '--branch', name] as const;
  const { exitCode, stderr, stdout } = await git([...argv], { ...options, expectedExitCodes: [0, 1, 128, 129] });
  // `@{-1}` is a way to say another branch's name.
  if (exitCode !== 0 || stdout.toString('utf8').trim() !== name) throw badBranchName(name, stderr.trim());
}

/**
 * Switches to a branch; of one that only a remote has (`origin/main`) a branch of its own is made that follows it. Changes
 * that are not committed come along, or git refuses.
 * @throws ProblemError `git-no-such-branch`, `git-would-overwrite`
 */
export async function switchBranch(branch: string, options: GitOptions): Promise<void> {
  if (await hasRef(`refs/heads/${branch}`, options)) {
    await actWithGit(['switch', '--quiet', branch], options);
    return;
  }
  if (!(await hasRef(`refs/remotes/${branch}`, options))) throw noSuchBranch(branch);
  const name = branch.slice(branch.indexOf('/') + 1);
  await checkName(name, options);
  await actWithGit(['switch', '--quiet', '--create', name, '--track', branch], options);
}

/** Makes a branch at the present commit and switches to it. @throws ProblemError `git-bad-branch-name` */
export async function createBranch(name: string, options: GitOptions): Promise<void> {
  await checkName(name, options);
  await actWithGit(['switch', '--quiet', '--create', name], options);
}
