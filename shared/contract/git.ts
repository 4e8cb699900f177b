import { z } from 'zod';
import { procedure } from './base.ts';
import { fileHash, relativePath } from './finding.ts';
import { fleetId, jobId } from './ids.ts';
import { problem } from './problem.ts';

/** A file that differs from the last commit. */
export const gitFile = z.object({
  file: relativePath,
  state: z.enum(['new', 'modified', 'deleted', 'conflict']),
  /** Whether what is on the disk is what would be committed. */
  staged: z.enum(['no', 'partly', 'yes']),
  /** Git does not know it, so a flake cannot see it. */
  isUnseen: z.boolean(),
});
export type GitFile = z.infer<typeof gitFile>;

/** The work tree around a fleet. Files are those of the fleet's folder; `changedOutside` counts the others. */
export const gitState = z.object({
  /** null: detached head. */
  branch: z.string().nullable(),
  /** null: no commit yet. */
  revision: z.string().nullable(),
  upstream: z.string().nullable(),
  ahead: z.int().nonnegative(),
  behind: z.int().nonnegative(),
  /** Names of the repository's remotes. */
  remotes: z.array(z.string()),
  /** When something was fetched last, in ms since the epoch; null: never, or not told. */
  fetchedAt: z.number().nullable(),
  /** What git is in the middle of. */
  operation: z.enum(['merge', 'rebase', 'cherry-pick', 'revert', 'bisect']).nullable(),
  /** Who a commit would be by, as git has it; null: git does not know and refuses to commit. */
  identity: z.string().nullable(),
  files: z.array(gitFile),
  changedOutside: z.int().nonnegative(),
});
export type GitState = z.infer<typeof gitState>;

const branchAbout = { committedAt: z.number(), subject: z.string() };
/** Branches, those with the latest commits first. `isGone`: the remote no longer has what it followed. */
export const gitBranches = z.object({
  local: z.array(
    z.object({
      name: z.string(),
      isCurrent: z.boolean(),
      upstream: z.string().nullable(),
      isGone: z.boolean(),
      ahead: z.int().nonnegative(),
      behind: z.int().nonnegative(),
      ...branchAbout,
    }),
  ),
  remote: z.array(z.object({ name: z.string(), ...branchAbout })),
});
export type GitBranches = z.infer<typeof gitBranches>;

export const pullHow = z.enum(['merge', 'rebase']);

/** What pulling would do with what was fetched last. `refusal`: why it would not be done, with nothing touched. */
export const pullPlan = z.object({
  kind: z.enum(['nothing', 'fast-forward', 'merge', 'rebase']),
  upstream: z.string(),
  ahead: z.int().nonnegative(),
  behind: z.int().nonnegative(),
  /** The latest of those that would come. */
  commits: z.array(z.object({ revision: z.string(), author: z.string(), at: z.number(), subject: z.string() })),
  files: z.array(z.string()),
  refusal: problem.nullable(),
});
export type PullPlan = z.infer<typeof pullPlan>;

/** What a file was before its changes were discarded, and is to be again when that is undone. */
export const discarded = z.object({
  file: relativePath,
  /** The name under which git holds its bytes; null: it was not there. */
  blob: z
    .string()
    .regex(/^[0-9a-f]{40,64}$/)
    .nullable(),
  /** Permission bits. */
  mode: z.int().nonnegative(),
  /** Whether git knew the file. */
  isTracked: z.boolean(),
  /** What discarding left, so that undoing it writes over nothing newer; null: no file. */
  left: fileHash.nullable(),
});
export type Discarded = z.infer<typeof discarded>;

const files = z.object({ fleetId, files: z.array(relativePath).min(1).max(10_000) });

/** Git around a fleet. */
export const gitContract = {
  /** null: the fleet is not in git. */
  state: procedure.input(z.object({ fleetId })).output(gitState.nullable()),
  /** A file as the last commit has it; null: it is not there, or is not text. */
  committed: procedure
    .input(z.object({ fleetId, file: relativePath }))
    .output(z.object({ text: z.string().nullable() })),
  /** Tells git of new files without staging their text, so that the flake sees them. */
  track: procedure.input(files).output(z.void()),
  stage: procedure.input(files).output(z.void()),
  unstage: procedure.input(files).output(z.void()),
  /** Commits what is staged in the whole work tree. The repository's hooks run; breaking off the call ends them. */
  commit: procedure
    .input(z.object({ fleetId, message: z.string().min(1).max(20_000) }))
    .output(z.object({ revision: z.string() })),
  /** Puts files back to the last commit; new ones are removed. What they were is kept and can be restored. */
  discard: procedure.input(files).output(z.array(discarded)),
  branches: procedure.input(z.object({ fleetId })).output(gitBranches),
  /** `branch` may be one that only a remote has: `origin/main`. */
  switchBranch: procedure.input(z.object({ fleetId, branch: z.string().min(1).max(1000) })).output(z.void()),
  createBranch: procedure.input(z.object({ fleetId, name: z.string().min(1).max(1000) })).output(z.void()),
  /** Breaks off what git is in the middle of; files are then as they were before it began. */
  abortOperation: procedure.input(z.object({ fleetId })).output(z.void()),
  /** `how` null: as the user's configuration has it. */
  planPull: procedure.input(z.object({ fleetId, how: pullHow.nullable() })).output(pullPlan),
  /** Talks to the remote as a job, which asks for passphrases and the like. */
  sync: procedure
    .input(z.object({ fleetId, action: z.enum(['fetch', 'pull', 'push']), how: pullHow.nullable() }))
    .output(z.object({ jobId })),
  restore: procedure.input(z.object({ fleetId, files: z.array(discarded).min(1).max(10_000) })).output(z.void()),
};
