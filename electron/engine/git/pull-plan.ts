import type { Problem } from '../../../shared/contract/problem.ts';
import type { PullPlan } from '../../../shared/contract/git.ts';
import { git, type GitOptions } from './core.ts';
import { pullConflict, rebaseNeedsCleanTree, unrelatedHistories, wouldOverwrite } from './errors.ts';
import { gitStatus } from './status.ts';

/** More local commits than this are not tried one by one; then git says itself what does not fit. */
const maxRehearsed = 200;
const maxShown = 50;
const separator = '\u001f';

const textOf = ({ stdout }: { stdout: Buffer }): string => stdout.toString('utf8').trim();
const namesOf = ({ stdout }: { stdout: Buffer }): string[] =>
  stdout
    .toString('utf8')
    .split('\0')
    .filter((name) => name !== '');

/**
 * What pulling would do with what was fetched last, told from commits alone: no file is touched.
 * @param upstream the branch that is followed, such as `origin/main`
 * @param options `cwd`: the top of the work tree
 */
export async function planPull(upstream: string, how: 'merge' | 'rebase', options: GitOptions): Promise<PullPlan> {
  const [ahead = 0, behind = 0] = textOf(
    await git(['rev-list', '--left-right', '--count', `HEAD...${upstream}`, '--'], options),
  )
    .split('\t')
    .map(Number);
  if (behind === 0) return { kind: 'nothing', upstream, ahead, behind, commits: [], files: [], refusal: null };
  const commits = await incomingCommits(upstream, options);
  const base = await git(['merge-base', 'HEAD', upstream], { ...options, expectedExitCodes: [0, 1] });
  if (base.exitCode !== 0) {
    return { kind: how, upstream, ahead, behind, commits, files: [], refusal: unrelatedHistories(upstream) };
  }
  const files = namesOf(
    await git(['diff', '--name-only', '--no-renames', '--no-ext-diff', '-z', textOf(base), upstream, '--'], options),
  );
  const kind = ahead === 0 ? 'fast-forward' : how;
  const refusal = await whyNot(kind, upstream, files, options);
  return { kind, upstream, ahead, behind, commits, files: files.slice(0, 1000), refusal };
}

async function incomingCommits(upstream: string, options: GitOptions): Promise<PullPlan['commits']> {
  const format = `--format=%H${separator}%an${separator}%ct${separator}%s`;
  const argv = ['log', `--max-count=${maxShown}`, format, `HEAD..${upstream}`, '--'] as const;
  return textOf(await git([...argv], options))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [revision = '', author = '', time = '', ...subject] = line.split(separator);
      return { revision, author, at: Number(time) * 1000, subject: subject.join(separator) };
    });
}

async function whyNot(
  kind: 'fast-forward' | 'merge' | 'rebase',
  upstream: string,
  incoming: readonly string[],
  options: GitOptions,
): Promise<Problem | null> {
  const { changed, untracked } = await gitStatus(options);
  if (kind === 'rebase' && changed.length > 0 && !(await stashesItself(options))) return rebaseNeedsCleanTree(changed);
  const own = new Set([...changed, ...untracked]);
  const inTheWay = incoming.filter((file) => own.has(file));
  if (inTheWay.length > 0) return wouldOverwrite(inTheWay, '');
  if (kind === 'fast-forward') return null;
  if (kind === 'merge') {
    // Git makes no merge while something is staged.
    const staged = namesOf(await git(['diff', '--cached', '--name-only', '--no-ext-diff', '-z'], options));
    if (staged.length > 0) return wouldOverwrite(staged, '');
  }
  const conflicts =
    kind === 'merge'
      ? (await mergeTrees('HEAD', upstream, options)).conflicts
      : await rehearseRebase(upstream, options);
  return conflicts.length === 0 ? null : pullConflict(conflicts, upstream, kind);
}

async function stashesItself(options: GitOptions): Promise<boolean> {
  const answer = await git(['config', '--type=bool', '--get', 'rebase.autoStash'], {
    ...options,
    expectedExitCodes: [0, 1],
  });
  return textOf(answer) === 'true';
}

/** Merges two commits in git's object store alone (git-merge-tree(1), since 2.38). */
async function mergeTrees(
  ours: string,
  theirs: string,
  options: GitOptions,
): Promise<{ tree: string; conflicts: string[] }> {
  const argv = ['merge-tree', '--write-tree', '--name-only', '--no-messages', '-z', ours, theirs] as const;
  const [tree = '', ...conflicts] = namesOf(await git([...argv], { ...options, expectedExitCodes: [0, 1] }));
  return { tree, conflicts: [...new Set(conflicts)] };
}

/**
 * Puts the local commits on top of the upstream one by one, in the object store alone. Merging a commit with one that
 * has the new tree and the same parent is what picking it does, since that parent is their merge base.
 * @returns the files of the first conflict
 */
async function rehearseRebase(upstream: string, options: GitOptions): Promise<string[]> {
  const range = ['--reverse', '--right-only', '--cherry-pick', '--no-merges', `${upstream}...HEAD`, '--'];
  const commits = textOf(await git(['rev-list', ...range], options))
    .split('\n')
    .filter((line) => line !== '');
  if (commits.length > maxRehearsed) return [];
  let tree = textOf(await git(['rev-parse', '--verify', `${upstream}^{tree}`], options));
  for (const commit of commits) {
    const parent = await git(['rev-parse', '--verify', '--quiet', `${commit}^`], {
      ...options,
      expectedExitCodes: [0, 1],
    });
    if (parent.exitCode !== 0) continue;
    const somebody = ['-c', 'user.name=Nixstead', '-c', 'user.email=nixstead@localhost'] as const;
    const ours = textOf(
      await git([...somebody, 'commit-tree', '--no-gpg-sign', tree, '-p', textOf(parent), '-m', 'rehearsal'], options),
    );
    const merged = await mergeTrees(ours, commit, options);
    if (merged.conflicts.length > 0) return merged.conflicts;
    tree = merged.tree;
  }
  return [];
}

/** How the user's configuration wants to pull (git-config(1), pull.rebase and branch.NAME.rebase). */
export async function configuredPull(branch: string, options: GitOptions): Promise<'merge' | 'rebase'> {
  for (const key of [`branch.${branch}.rebase`, 'pull.rebase']) {
    const answer = await git(['config', '--get', key], { ...options, expectedExitCodes: [0, 1] });
    if (answer.exitCode !== 0) continue;
    return ['false', 'no', 'off', '0', ''].includes(textOf(answer).toLowerCase()) ? 'merge' : 'rebase';
  }
  return 'merge';
}
