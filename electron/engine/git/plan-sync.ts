import { git, type GitOptions } from './core.ts';
import { detachedHead, inTheMiddle, noCommit, noRemote, noUpstream } from './errors.ts';
import { gitHead } from './head.ts';
import { configuredPull } from './pull-plan.ts';
import type { GitSpec } from './spec.ts';
import { currentOperation } from './work-tree-state.ts';

type Route = Pick<GitSpec, 'remote' | 'branch' | 'remoteBranch' | 'upstream' | 'setsUpstream' | 'how'>;

const textOf = ({ stdout }: { stdout: Buffer }): string => stdout.toString('utf8').trim();

/** The branch that is checked out; null: detached head. */
async function currentBranch(options: GitOptions): Promise<string | null> {
  const answer = await git(['symbolic-ref', '--quiet', '--short', 'HEAD'], { ...options, expectedExitCodes: [0, 1] });
  return answer.exitCode === 0 ? textOf(answer) : null;
}

/** The remotes' names, the usual one first. */
export async function remotesOf(options: GitOptions): Promise<string[]> {
  const names = textOf(await git(['remote'], options)).split('\n');
  return names.filter((name) => name !== '').sort((a, b) => Number(b === 'origin') - Number(a === 'origin'));
}

/** Where a branch is fetched from and pushed to, as git itself works it out (git-for-each-ref(1)). */
async function routesOf(branch: string, options: GitOptions) {
  const names = ['upstream:remotename', 'upstream:remoteref', 'upstream:short', 'push:remotename', 'push:remoteref'];
  const format = `--format=${names.map((name) => `%(${name})`).join('%09')}`;
  const line = (await git(['for-each-ref', format, `refs/heads/${branch}`], options)).stdout.toString('utf8');
  const [remote = '', remoteRef = '', upstream = '', pushRemote = '', pushRef = ''] = line
    .replace(/\n$/, '')
    .split('\t');
  const branchName = (ref: string): string => ref.replace(/^refs\/heads\//, '');
  return { remote, remoteBranch: branchName(remoteRef), upstream, pushRemote, pushBranch: branchName(pushRef) };
}

/**
 * Which remote and branch an action is about.
 * @param options `cwd`: the top of the work tree
 * @throws ProblemError `git-no-remote`, `git-detached-head`, `git-no-upstream`, `git-no-commit`, `git-operation-unfinished`
 */
export async function planSync(
  action: GitSpec['action'],
  how: GitSpec['how'] | null,
  options: GitOptions,
): Promise<Route> {
  const [[usual], branch] = await Promise.all([remotesOf(options), currentBranch(options)]);
  if (usual === undefined) throw noRemote();
  const nothing = { remoteBranch: null, upstream: null, setsUpstream: false, how: how ?? 'merge' } as const;
  const routes = branch === null ? null : await routesOf(branch, options);
  if (action === 'fetch') return { ...nothing, branch, remote: routes?.remote || usual };
  if (branch === null || routes === null) throw detachedHead(action);
  if ((await gitHead(options)) === null && action === 'push') throw noCommit();
  const { remote, remoteBranch, upstream, pushRemote, pushBranch } = routes;
  if (action === 'push') {
    const to = pushRemote || usual;
    const target = to === remote && remoteBranch !== '' ? remoteBranch : pushBranch || branch;
    return { ...nothing, branch, remote: to, remoteBranch: target, setsUpstream: upstream === '' };
  }
  const operation = await currentOperation(options);
  if (operation !== null) throw inTheMiddle(operation);
  if (upstream === '' || remote === '') throw noUpstream(branch);
  return { ...nothing, branch, remote, remoteBranch, upstream, how: how ?? (await configuredPull(branch, options)) };
}
