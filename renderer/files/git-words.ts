import type { GitBranches, GitFile, GitState } from '../../shared/contract/git.ts';
import type { Tone } from '../ui/tone.ts';

/** A letter and a word for what happened to a file, as git's own status has them. */
export function fileMark({ state, isUnseen }: Pick<GitFile, 'state' | 'isUnseen'>): {
  letter: string;
  word: string;
  tone: Tone;
} {
  if (isUnseen) return { letter: '?', word: 'new, not seen by the flake', tone: 'warn' };
  switch (state) {
    case 'new':
      return { letter: 'A', word: 'new', tone: 'ok' };
    case 'deleted':
      return { letter: 'D', word: 'deleted', tone: 'bad' };
    case 'conflict':
      return { letter: '!', word: 'in conflict', tone: 'bad' };
    case 'modified':
      return { letter: 'M', word: 'changed', tone: 'run' };
  }
}

const DOING: Record<NonNullable<GitState['operation']>, string> = {
  merge: 'A merge',
  rebase: 'A rebase',
  'cherry-pick': 'A cherry-pick',
  revert: 'A revert',
  bisect: 'A bisection',
};

/** What is unusual about a work tree, each with what to do; most serious first. */
export function treeNotices(state: GitState): {
  tone: 'bad' | 'warn';
  text: string;
  advice: string;
  /** What git is in the middle of can be broken off. */
  canAbort: boolean;
}[] {
  const notices: ReturnType<typeof treeNotices> = [];
  const conflicts = state.files.filter((entry) => entry.state === 'conflict').length;
  if (state.operation !== null) {
    const finish =
      state.operation === 'merge' ? 'commit' : `continue in a terminal with git ${state.operation} --continue`;
    notices.push({
      tone: conflicts > 0 ? 'bad' : 'warn',
      text: `${DOING[state.operation]} is not finished${conflicts > 0 ? `: ${conflicts} ${conflicts === 1 ? 'file is' : 'files are'} in conflict` : ''}.`,
      advice:
        state.operation === 'bisect'
          ? 'End it in a terminal with git bisect reset.'
          : `${conflicts > 0 ? 'Mend the files, tick them, then ' : 'Then '}${finish}.`.replace(/^Then c/, 'C'),
      canAbort: true,
    });
  }
  if (state.branch === null && state.operation === null) {
    notices.push({
      tone: 'warn',
      text: 'No branch is checked out (detached head).',
      advice: 'Commits made here are easily lost: make a branch first.',
      canAbort: false,
    });
  }
  if (state.identity === null) {
    notices.push({
      tone: 'warn',
      text: 'Git does not know who you are, so it refuses to commit.',
      advice: 'Tell it in a terminal: git config --global user.name NAME, and user.email ADDRESS.',
      canAbort: false,
    });
  }
  return notices;
}

/** Why nothing can be committed now; null where it can. */
export function commitRefusal(state: GitState, message: string): string | null {
  if (state.files.some((entry) => entry.state === 'conflict')) return 'Files are in conflict.';
  if (state.operation !== null && state.operation !== 'merge') return 'Git is in the middle of something else.';
  if (state.identity === null) return 'Git does not know who you are.';
  const isStaged = state.files.some(({ staged }) => staged !== 'no');
  if (!isStaged && state.operation === null) return 'Tick what is to be committed.';
  return message.trim() === '' ? 'Write a message.' : null;
}

/** How a branch stands to what it follows, in a few words. */
export function standing({ branch, upstream, ahead, behind, remotes }: GitState): string {
  if (branch === null) return 'No branch is checked out';
  if (upstream === null) return remotes.length === 0 ? 'On this computer alone' : 'Not pushed yet';
  if (ahead === 0 && behind === 0) return `As ${upstream}`;
  const parts = [ahead > 0 ? `${ahead} ahead of` : null, behind > 0 ? `${behind} behind` : null];
  return `${parts.filter((part) => part !== null).join(', ')} ${upstream}`;
}

/** Why nothing can be pulled now; null where it can. */
export function pullRefusal({ branch, upstream, operation }: GitState): string | null {
  if (branch === null) return 'No branch is checked out.';
  if (operation !== null) return 'Git is in the middle of something else.';
  return upstream === null ? 'This branch follows none of a remote.' : null;
}

/** Why nothing can be pushed now; null where it can. */
export function pushRefusal({ branch, revision, upstream, ahead, behind }: GitState): string | null {
  if (branch === null) return 'No branch is checked out.';
  if (revision === null) return 'There is no commit yet.';
  if (upstream === null) return null;
  if (behind > 0 && ahead > 0) return 'Pull first: the remote has commits that you lack.';
  return ahead === 0 ? 'There is nothing to push.' : null;
}

export interface BranchRow {
  readonly key: string;
  readonly name: string;
  readonly isRemote: boolean;
  readonly about: string;
  readonly committedAt: number;
}

/** The branches whose name holds what was typed: the local ones, then those that only a remote has. */
export function branchRows({ local, remote }: GitBranches, typed: string): BranchRow[] {
  const wanted = typed.trim().toLowerCase();
  const followed = new Set(local.map(({ upstream }) => upstream));
  const rows = [
    ...local.map(({ name, upstream, ahead, behind, isGone, subject, committedAt }) => {
      const parts = [ahead > 0 ? `${ahead} ahead` : null, behind > 0 ? `${behind} behind` : null];
      const track = isGone ? `${upstream ?? 'its remote branch'} is gone` : parts.filter(Boolean).join(', ');
      return {
        key: `local ${name}`,
        name,
        isRemote: false,
        about: [track, subject].filter(Boolean).join(' · '),
        committedAt,
      };
    }),
    ...remote
      .filter(({ name }) => !followed.has(name))
      .map(({ name, subject, committedAt }) => ({
        key: `remote ${name}`,
        name,
        isRemote: true,
        about: subject,
        committedAt,
      })),
  ];
  return rows.filter(({ name }) => name.toLowerCase().includes(wanted));
}
