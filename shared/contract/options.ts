import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './base.ts';
import { fleetId } from './ids.ts';
import { problem } from './problem.ts';

/** The way to an option; null: a name that only evaluation knows, which every name of an attribute set may be. */
const optionPath = z.array(z.string().max(1000).nullable()).max(100);

/**
 * Whether the names of a fleet's NixOS options are known. `nixpkgs`: the revision or release that they are of; `count`:
 * how many there are.
 */
export const optionsState = z.discriminatedUnion('state', [
  z.object({ state: z.literal('reading') }),
  z.object({ state: z.literal('ready'), nixpkgs: z.string(), count: z.int().nonnegative() }),
  z.object({ state: z.literal('absent'), problem }),
]);
export type OptionsState = z.infer<typeof optionsState>;

/** A name below a path. `type` null: it is no option itself; `hasMore`: there are options below it. */
export const optionName = z.object({ name: z.string(), type: z.string().nullable(), hasMore: z.boolean() });
export type OptionName = z.infer<typeof optionName>;

/** What an option is; texts are Markdown or Nix as nixpkgs has them, and are shown as text. null: it has none. */
export const optionFacts = z.object({
  /** Its whole path, with `<name>` and `*` for what stands for any. */
  name: z.string(),
  type: z.string(),
  description: z.string().nullable(),
  default: z.string().nullable(),
  example: z.string().nullable(),
  /** Files: of the fleet relative to its folder, of inputs relative to the input. */
  declarations: z.array(z.string()),
  isReadOnly: z.boolean(),
});
export type OptionFacts = z.infer<typeof optionFacts>;

/** The options of a fleet's own nixpkgs and modules, as a host of it has them. */
export const optionsContract = {
  /**
   * Reads the options where they are not known for the fleet's lock, and tells how that stands until it is through.
   * Breaking off the loop ends the reading, unless somebody else waits for it. `again`: also what failed before.
   */
  watch: procedure.input(z.object({ fleetId, again: z.boolean().optional() })).output(eventIterator(optionsState)),
  /** Names below `path` that begin with `prefix`, at most 200, in order; none while the options are not known. */
  complete: procedure
    .input(z.object({ fleetId, path: optionPath, prefix: z.string().max(1000) }))
    .output(z.object({ names: z.array(optionName), isComplete: z.boolean() })),
  describe: procedure.input(z.object({ fleetId, path: optionPath })).output(optionFacts.nullable()),
};
