import type { Problem } from '../../../shared/contract/problem.ts';
import { ProblemError } from '../errors.ts';

/** What can go wrong with a host's generations beyond SSH (ssh/problems.ts). */
export const generationProblems = {
  notProtected: (place: string, number: number, evidence: string): Problem => ({
    code: 'generation-not-protected',
    title: `The mark of generation ${number} could not be changed on ${place}`,
    evidence: evidence.trim().slice(0, 2000) || 'It says nothing',
    advice: ['Check that it has this generation.', 'Ask for the generations again: somebody may have deleted it.'],
    canRetry: true,
  }),
  needed: (host: string, evidence: string): Problem => ({
    code: 'generation-needed',
    title: `Nothing was deleted on ${host}: one of these generations is needed`,
    evidence,
    advice: ['What runs, was booted, boots next or is protected stays. Choose others, or take its protection away.'],
  }),
  onTrial: (host: string): Problem => ({
    code: 'generation-on-trial',
    title: `Nothing was deleted on ${host}: it runs a system on trial`,
    evidence: 'A restart goes back to the system from before until this boot is confirmed',
    advice: ['Confirm its boot first: ask for its status, or deploy it with the goal “confirm-boot”.'],
    canRetry: true,
  }),
  notDeleted: (host: string, evidence: string): Problem => ({
    code: 'generation-not-deleted',
    title: `The generations could not be deleted on ${host}`,
    evidence: evidence.trim() || 'It says nothing',
    advice: ['Correct what the last lines name, then delete them again.'],
    canRetry: true,
  }),
  bootMenu: (host: string, evidence: string): Problem => ({
    code: 'generation-boot-menu',
    title: `The generations of ${host} are deleted, and its boot menu could not be written anew`,
    evidence,
    advice: [
      'Their systems were left in the store, so that every entry of the menu still boots.',
      `Correct what the last lines name, then on ${host}: /nix/var/nix/profiles/system/bin/switch-to-configuration boot, and nix-collect-garbage.`,
    ],
  }),
  notCollected: (host: string, evidence: string): Problem => ({
    code: 'generation-not-collected',
    title: `The generations of ${host} are deleted, and the store could not be cleaned`,
    evidence,
    advice: [`Collect the garbage on ${host}: nix-collect-garbage.`],
  }),
} as const;

export function generationError(problem: Problem): ProblemError {
  return new ProblemError(problem);
}
