import type { Problem } from '../../../shared/contract/problem.ts';
import { ProblemError } from '../errors.ts';

export function lockUnreadable(reason: string): Problem {
  return {
    code: 'inputs-lock-unreadable',
    title: 'flake.lock cannot be read',
    evidence: reason,
    advice: ['Take it back from Git, or make it anew with: nix flake lock'],
    place: { file: 'flake.lock' },
  };
}

/** hive.nix alone has no inputs. */
export function noFlakeHere(): ProblemError {
  return new ProblemError({
    code: 'inputs-no-flake',
    title: 'This fleet is no flake, so it has no inputs',
    evidence: 'There is no flake.nix in its folder',
    advice: ['Its sources are named in hive.nix.'],
  });
}

export function noSuchInput(name: string, known: readonly string[]): ProblemError {
  return new ProblemError({
    code: 'inputs-unknown',
    title: `The flake has no input ${name}`,
    evidence: known.length === 0 ? 'It has no inputs' : `Its inputs are: ${known.join(', ')}`,
    advice: ['Check the spelling.'],
  });
}

/** flake.nix is written in a way that an edit has no safe place in. */
export function editRefused(reason: string): ProblemError {
  return new ProblemError({
    code: 'inputs-edit-refused',
    title: 'flake.nix is not edited here',
    evidence: reason,
    advice: ['Nothing was written. Make this change in flake.nix yourself, on the page Files.'],
    place: { file: 'flake.nix' },
  });
}

/** What a person gave cannot be an input. `reason` is the end of a sentence that begins with the value's name. */
export function badInput(what: string, value: string, reason: string): ProblemError {
  return new ProblemError({
    code: 'inputs-bad-value',
    title: `The ${what} ${reason}`,
    evidence: value,
    advice: ['Correct it and try again. Nothing was written.'],
  });
}

/** Somebody else wrote one of the files since the change was tried. */
export function filesChanged(files: readonly string[]): ProblemError {
  return new ProblemError({
    code: 'inputs-files-changed',
    title: `${files.join(' and ')} ${files.length === 1 ? 'is' : 'are'} no longer what this was made from`,
    evidence: `${files.join(', ')} changed after the new lock was made`,
    advice: ['Nothing was written. Try the change again: it then starts from what is there now.'],
  });
}

/** There is no proposal, or it was decided on already. */
export function noProposal(id: string, evidence: string): ProblemError {
  return new ProblemError({
    code: 'inputs-no-proposal',
    title: 'There is nothing to accept or throw away here',
    evidence: `Job ${id}: ${evidence}`,
    advice: ['Look at the page Inputs for what was tried last.'],
  });
}

/** Conflict marks would be evaluated as Nix. */
export function treeInConflict(files: readonly string[]): ProblemError {
  return new ProblemError({
    code: 'inputs-merge-conflict',
    title: 'Files have merge conflicts, so nothing can be compared',
    evidence: files.join('\n'),
    advice: ['Resolve the conflicts on the page Files first.'],
  });
}

/** An input could not be fetched or locked: which one, before why. */
export function inputFailed(name: string, { title, ...problem }: Problem): Problem {
  return { ...problem, title: title.includes(` input ${name} `) ? title : `${name}: ${title}` };
}
