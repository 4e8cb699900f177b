import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './base.ts';
import { newHost } from './create.ts';
import { relativePath } from './finding.ts';

const shortText = z.string().max(1000);
const tags = z.array(shortText).max(1000);

/** What is to be done to the hosts of a fleet; see shared/fleet/change/change.ts. The engine says which values it refuses. */
export const hostChange = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('add'),
    host: newHost,
    like: shortText.nullable(),
    isForInstall: z.boolean().optional(),
  }),
  z.object({ kind: z.literal('rename'), name: shortText, newName: shortText }),
  z.object({ kind: z.literal('retag'), names: z.array(shortText).max(10_000), add: tags, remove: tags }),
  z.object({
    kind: z.literal('retarget'),
    name: shortText,
    target: z.object({
      address: shortText,
      user: shortText.nullable().optional(),
      port: z.int().nullable().optional(),
    }),
  }),
  z.object({ kind: z.literal('retire'), name: shortText }),
]);
export type HostChangeRequest = z.infer<typeof hostChange>;

/** Names a change that was worked out, or one that was made and can be undone. Only this engine knows it. */
const token = z.uuid();

/** What becomes of a file. `from` differs from `path` where it moves; texts are null where it is not there, or no text. */
export const changedFile = z.object({
  path: relativePath,
  from: relativePath,
  before: z.string().nullable(),
  after: z.string().nullable(),
  act: z.enum(['new', 'changed', 'moved', 'removed']),
});
export type ChangedFile = z.infer<typeof changedFile>;

/** A change that no edit does safely: what a person puts where. */
export const byHand = z.object({
  /** Why it is not done here, as a sentence. */
  reason: z.string(),
  /** What evaluation said of what was tried; empty: nothing was. */
  evidence: z.string(),
  file: z.string().nullable(),
  line: z.int().positive().nullable(),
  /** Nix text to copy; null: there is none that would help. */
  snippet: z.string().nullable(),
});
export type ByHand = z.infer<typeof byHand>;

export const changePlan = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('ready'),
    id: token,
    files: z.array(changedFile).min(1),
    /** True where the fleet was evaluated with the change: it does what is wanted, and no other host says anything else. */
    isVerified: z.boolean(),
    /** What else a person should know, a sentence each. */
    notes: z.array(z.string()),
    /** The own module of a host that is added to a flake that was not made by us; null: it has none. */
    module: relativePath.nullable(),
  }),
  z.object({ state: z.literal('by-hand'), byHand }),
  /** The fleet is already as wanted. */
  z.object({ state: z.literal('nothing') }),
]);
export type ChangePlan = z.infer<typeof changePlan>;

/** Working a change out evaluates the fleet in a copy, once or more. Breaking off the loop cancels. */
export const changeEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), text: z.string() }),
  z.object({ type: z.literal('planned'), plan: changePlan }),
]);
export type ChangeEvent = z.infer<typeof changeEvent>;

export const appliedChange = z.object({
  files: z.array(relativePath),
  /** Undoes the change as long as nobody has changed its files again. */
  undoId: token,
});
export type AppliedChange = z.infer<typeof appliedChange>;

/**
 * Changing hosts: worked out first, seen, then made; and undone. A fleet is named by its folder: one that was made here
 * can be changed also while it cannot be evaluated.
 */
export const changeContract = {
  plan: procedure
    .input(z.object({ path: z.string().min(1).max(4096), change: hostChange }))
    .output(eventIterator(changeEvent)),
  apply: procedure.input(z.object({ id: token })).output(appliedChange),
  undo: procedure.input(z.object({ undoId: token })).output(z.void()),
};
