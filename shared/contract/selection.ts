import { z } from 'zod';
import { procedure } from './base.ts';
import { fleetId } from './ids.ts';

/** What a saved selection may be called: it is written as `saved:NAME`, in quotes where it has spaces or signs. */
export const selectionName = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .regex(/^\P{Cc}*$/u);

/** A selection of hosts with a name; `text` is in the selection language of shared/fleet/selection. */
export const savedSelection = z.object({ name: selectionName, text: z.string().min(1).max(4000) });
export type SavedSelection = z.infer<typeof savedSelection>;

const selections = z.array(savedSelection);

/** Selections that a person saved for a fleet. Each answer is the list as it is then, in the order of names. */
export const selectionContract = {
  list: procedure.input(z.object({ fleetId })).output(selections),
  /** Saves one, in place of another of the same name. Refused where the text is no selection, or would go in a circle. */
  save: procedure.input(savedSelection.extend({ fleetId })).output(selections),
  /** Gives one another name, also inside the selections that use it. */
  rename: procedure.input(z.object({ fleetId, name: selectionName, to: selectionName })).output(selections),
  remove: procedure.input(z.object({ fleetId, name: selectionName })).output(selections),
};
