import type { Problem } from '../../../../shared/contract/problem.ts';

/** What can go wrong with a host's keys. No evidence ever holds a key's value. */
export const keyProblems = {
  /** @param then the state of the files that the plan was made from; null: it cannot be told, as with `now` */
  notApproved: (host: string, then: string | null, now: string | null): Problem => ({
    code: 'deploy-plan-outdated',
    title: `The keys of ${host} may be others than when the plan was made; nothing was changed`,
    evidence:
      then === null || now === null
        ? 'Keys are read from the fleet’s files, and whether those are the files of the plan cannot be told'
        : `Keys are read from the fleet’s files, and those were changed since\nplanned: ${then}\nnow: ${now}`,
    advice: [
      'Make a new plan and look at it.',
      ...(then === null || now === null
        ? ['Where that does not help: keep the fleet in git, or deploy without a plan.']
        : []),
    ],
  }),
  fileUnreadable: (host: string, key: string, evidence: string): Problem => ({
    code: 'key-file-unreadable',
    title: `The file of the key ${key} of ${host} cannot be read on this computer`,
    evidence,
    advice: [
      'Check deployment.keys and the file’s permissions.',
      'In a flake a path without quotes means the copy in the Nix store, which holds only what git knows: write "/absolute/path".',
    ],
  }),
  commandFailed: (host: string, key: string, evidence: string): Problem => ({
    code: 'key-command-failed',
    title: `The command that gives the key ${key} of ${host} failed`,
    evidence,
    advice: [
      'Run it by hand in the folder of the fleet: a password store may be locked. What it says is not told here, since it can hold the value.',
    ],
    canRetry: true,
  }),
  ownerMissing: (host: string, key: string, owner: string, evidence: string): Problem => ({
    code: 'key-owner-missing',
    title: `The key ${key} of ${host} cannot belong to ${owner}: there is no such user or group there`,
    evidence,
    advice: [
      'Correct user and group of deployment.keys, or declare them in the configuration.',
      'A key whose owner comes with the new system needs a switch; the goal “keys” works after it.',
    ],
  }),
  notWritten: (host: string, key: string, path: string, evidence: string): Problem => ({
    code: 'key-not-written',
    title: `The key ${key} could not be written to ${path} on ${host}`,
    evidence,
    advice: ['Check its destDir: the folder has to be writable for root there, and the disk not full.'],
    canRetry: true,
  }),
} as const;
