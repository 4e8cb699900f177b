import type { Store } from '../store/open.ts';
import { removeSelection, renameSelection, saveSelection } from '../fleet/selections.ts';
import { procedures } from './base.ts';

/** `selection.*`: selections of hosts that a person saved. */
export function selectionProcedures({ selections }: Pick<Store, 'selections'>) {
  const { selection } = procedures;
  return {
    list: selection.list.handler(({ input }) => selections.all(input.fleetId)),
    save: selection.save.handler(({ input: { fleetId, ...saved } }) => saveSelection(selections, fleetId, saved)),
    rename: selection.rename.handler(({ input }) => renameSelection(selections, input.fleetId, input.name, input.to)),
    remove: selection.remove.handler(({ input }) => removeSelection(selections, input.fleetId, input.name)),
  };
}
