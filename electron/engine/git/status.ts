import type { GitOptions } from './core.ts';
import { lookWithGit } from './look.ts';

/** A work tree against its last commit. Paths are relative to the work tree's top. */
export interface GitStatus {
  /** null: detached head, or a repository without a commit whose branch has no name. */
  readonly branch: string | null;
  /** null: no commit yet. */
  readonly revision: string | null;
  /** Tracked files that differ from the last commit, staged or not. */
  readonly changed: readonly string[];
  /** Files that git does not know, so that a flake cannot see them; ignored files are not among them. */
  readonly untracked: readonly string[];
  /** Files with a merge conflict. */
  readonly unmerged: readonly string[];
}

/** Reads `git status --porcelain=v2 --branch -z` (git-status(1), “Porcelain Format Version 2”). */
export function parseStatus(output: string): GitStatus {
  let branch: string | null = null;
  let revision: string | null = null;
  const changed: string[] = [];
  const untracked: string[] = [];
  const unmerged: string[] = [];
  const entries = output.split('\0');
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index] ?? '';
    const fields = entry.split(' ');
    switch (fields[0]) {
      case '#':
        if (fields[1] === 'branch.head' && entry !== '# branch.head (detached)') branch = fields.slice(2).join(' ');
        if (fields[1] === 'branch.oid' && fields[2] !== '(initial)') revision = fields[2] ?? null;
        break;
      case '1':
        changed.push(fields.slice(8).join(' '));
        break;
      case '2':
        // A rename; the entry after it is the old path.
        changed.push(fields.slice(9).join(' '));
        index++;
        break;
      case 'u':
        unmerged.push(fields.slice(10).join(' '));
        break;
      case '?':
        untracked.push(entry.slice(2));
        break;
      default:
    }
  }
  return { branch, revision, changed, untracked, unmerged };
}

/** Asks git for the state of the work tree at `cwd` (its top folder). */
export async function gitStatus(options: GitOptions): Promise<GitStatus> {
  const argv = [
    'status',
    '--porcelain=v2',
    '--branch',
    '--untracked-files=all',
    // Their files are not looked at: a submodule has a configuration of its own, and nix leaves submodules out.
    '--ignore-submodules=dirty',
    '-z',
  ] as const;
  return parseStatus((await lookWithGit([...argv], options)).stdout.toString('utf8'));
}
