import type { GitFile, GitState } from '../../shared/contract/git.ts';
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
export function treeNotices(state: GitState): { tone: 'bad' | 'warn'; text: string; advice: string }[] {
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
    });
  }
  if (state.branch === null && state.operation === null) {
    notices.push({
      tone: 'warn',
      text: 'No branch is checked out (detached head).',
      advice: 'Commits made here are easily lost. Make a branch first, in a terminal with git switch -c NAME.',
    });
  }
  if (state.identity === null) {
    notices.push({
      tone: 'warn',
      text: 'Git does not know who you are, so it refuses to commit.',
      advice: 'Tell it in a terminal: git config --global user.name NAME, and user.email ADDRESS.',
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
