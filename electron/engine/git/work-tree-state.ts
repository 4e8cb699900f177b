import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { GitFile, GitState } from '../../../shared/contract/git.ts';
import { git, type GitOptions } from './core.ts';
import { lookWithGit } from './look.ts';

type Read = Omit<GitState, 'operation' | 'identity' | 'remotes' | 'fetchedAt'>;

function stateOf(index: string, workTree: string): Pick<GitFile, 'state' | 'staged'> {
  const staged = index === '.' ? 'no' : workTree === '.' ? 'yes' : 'partly';
  const state = workTree === 'D' || (index === 'D' && workTree === '.') ? 'deleted' : 'modified';
  return { staged, state: index === 'A' || workTree === 'A' ? 'new' : state };
}

/**
 * Reads `git status --porcelain=v2 --branch --no-renames -z` (git-status(1), “Porcelain Format Version 2”).
 * @param subfolder of the fleet below the work tree's top, with `/`, empty at its top
 */
export function parseWorkTreeState(output: string, subfolder: string): Read {
  const read: Read = {
    branch: null,
    revision: null,
    upstream: null,
    ahead: 0,
    behind: 0,
    files: [],
    changedOutside: 0,
  };
  const prefix = subfolder === '' ? '' : `${subfolder}/`;
  const add = (path: string, facts: Omit<GitFile, 'file'>): void => {
    if (path.startsWith(prefix)) read.files.push({ file: path.slice(prefix.length), ...facts });
    else read.changedOutside++;
  };
  for (const entry of output.split('\0')) {
    const fields = entry.split(' ');
    const [index = '.', workTree = '.'] = fields[1] ?? '';
    switch (fields[0]) {
      case '#':
        readHeader(read, fields);
        break;
      case '1':
        add(fields.slice(8).join(' '), { ...stateOf(index, workTree), isUnseen: false });
        break;
      case 'u':
        add(fields.slice(10).join(' '), { state: 'conflict', staged: 'no', isUnseen: false });
        break;
      case '?':
        add(entry.slice(2), { state: 'new', staged: 'no', isUnseen: true });
        break;
      default:
    }
  }
  read.files.sort((a, b) => (a.file < b.file ? -1 : 1));
  return read;
}

function readHeader(read: Read, fields: readonly string[]): void {
  const value = fields.slice(2).join(' ');
  switch (fields[1]) {
    case 'branch.head':
      read.branch = value === '(detached)' ? null : value;
      break;
    case 'branch.oid':
      read.revision = value === '(initial)' ? null : value;
      break;
    case 'branch.upstream':
      read.upstream = value;
      break;
    case 'branch.ab': {
      const [, ahead, behind] = /^\+(\d+) -(\d+)$/.exec(value) ?? [];
      read.ahead = Number(ahead ?? 0);
      read.behind = Number(behind ?? 0);
      break;
    }
    default:
  }
}

/** What tells that git stopped in the middle of something (git-rev-parse(1), gitrepository-layout(5)). */
const operations = [
  ['rebase', 'rebase-merge'],
  ['rebase', 'rebase-apply'],
  ['merge', 'MERGE_HEAD'],
  ['cherry-pick', 'CHERRY_PICK_HEAD'],
  ['revert', 'REVERT_HEAD'],
  ['bisect', 'BISECT_LOG'],
] as const;

/** The folder where git keeps this work tree's own state (HEAD, index, what it is in the middle of). */
async function gitFolderOf(options: GitOptions): Promise<string> {
  return (await git(['rev-parse', '--absolute-git-dir'], options)).stdout.toString('utf8').trim();
}

function operationIn(gitFolder: string): GitState['operation'] {
  return operations.find(([, name]) => existsSync(join(gitFolder, name)))?.[0] ?? null;
}

/** What git is in the middle of in a work tree; null: nothing. */
export async function currentOperation(options: GitOptions): Promise<GitState['operation']> {
  return operationIn(await gitFolderOf(options));
}

/**
 * The work tree around a fleet as it is now.
 * @param options `cwd`: the top of the work tree
 */
export async function workTreeState(options: GitOptions, subfolder: string): Promise<GitState> {
  const status = [
    'status',
    '--porcelain=v2',
    '--branch',
    '--no-renames',
    '--untracked-files=all',
    '--ignore-submodules=dirty',
    '-z',
  ] as const;
  const [{ stdout }, gitFolder, identity, remotes] = await Promise.all([
    lookWithGit(status, options),
    gitFolderOf(options),
    git(['var', 'GIT_COMMITTER_IDENT'], { ...options, expectedExitCodes: [0, 128] }),
    git(['remote'], options),
  ]);
  return {
    ...parseWorkTreeState(stdout.toString('utf8'), subfolder),
    operation: operationIn(gitFolder),
    identity: identity.exitCode === 0 ? identityOf(identity.stdout.toString('utf8')) : null,
    remotes: remotes.stdout
      .toString('utf8')
      .split('\n')
      .filter((name) => name !== ''),
    fetchedAt: statSync(join(gitFolder, 'FETCH_HEAD'), { throwIfNoEntry: false })?.mtimeMs ?? null,
  };
}

/** `Name <address>`, without the time that git puts behind it. */
function identityOf(line: string): string | null {
  return /^(.+ <[^>]*>) \d+ [+-]\d{4}$/.exec(line.trim())?.[1] ?? null;
}
