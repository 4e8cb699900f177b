import { ProblemError } from '../../errors.ts';

/** The files are no longer those that the change was worked out for. */
export function changeStale(files: readonly string[]): ProblemError {
  return new ProblemError({
    code: 'change-stale',
    title: 'The fleet has changed since this change was worked out',
    evidence: files.join('\n'),
    advice: ['Nothing was written. Work the change out again, and look at it as it is now.'],
  });
}

/** A change that nobody knows any more: the engine was started anew, or many came after it. */
export function changeUnknown(): ProblemError {
  return new ProblemError({
    code: 'change-unknown',
    title: 'This change is not known any more',
    evidence: 'Nixstead was started anew, or many other changes came after it',
    advice: ['Work it out again.'],
  });
}

/** Undoing would write over what came later. */
export function undoStale(files: readonly string[]): ProblemError {
  return new ProblemError({
    code: 'change-undo-stale',
    title: 'The change cannot be undone: its files were changed again',
    evidence: files.join('\n'),
    advice: ['Nothing was written. Use the page Files, or Git, to take back what you do not want.'],
  });
}

/** Git does not hold what would go. */
export function notHeld(name: string, files: readonly string[]): ProblemError {
  const shown = files.slice(0, 20).join('\n') + (files.length > 20 ? `\n… and ${files.length - 20} more` : '');
  return new ProblemError({
    code: 'retire-not-in-git',
    title: `${name} is not retired: Git does not hold all that would be deleted`,
    evidence: shown,
    advice: ['Nothing was written. Commit these files first, or move them away; then nothing can be lost.'],
  });
}

/** Without git nothing brings a host back. */
export function notInGit(name: string, folder: string): ProblemError {
  return new ProblemError({
    code: 'retire-not-in-git',
    title: `${name} is not retired: this fleet is not in Git`,
    evidence: folder,
    advice: [
      'Nothing was written. Make the folder a Git repository and commit it first (git init, git add, git commit).',
    ],
  });
}
