import { z } from 'zod';

/** All that talking to a remote needs. Holds no address, since one can have a password in it; `version` grows. */
export const gitSpec = z.object({
  version: z.literal(1),
  action: z.enum(['fetch', 'pull', 'push']),
  /** The top of the work tree. */
  folder: z.string(),
  /** The name of the remote, as git has it. */
  remote: z.string(),
  /** The branch that is checked out; null where none needs to be. */
  branch: z.string().nullable(),
  /** The remote's branch, without `refs/heads/`. */
  remoteBranch: z.string().nullable(),
  /** For pull: what was fetched, such as `origin/main`. */
  upstream: z.string().nullable(),
  /** For push: the branch follows what was pushed from now on. */
  setsUpstream: z.boolean(),
  /** For pull, where both sides have commits. */
  how: z.enum(['merge', 'rebase']),
  /** Folder of our own known_hosts and ssh_config. */
  sshFolder: z.string(),
});
export type GitSpec = z.infer<typeof gitSpec>;
