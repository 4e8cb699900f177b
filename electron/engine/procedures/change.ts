import type { HostChanges } from '../fleet/change/host-changes.ts';
import { procedures, stream } from './base.ts';

/** `change.*`: hosts added, renamed, tagged, moved and retired in the fleet's files. */
export function changeProcedures(changes: HostChanges) {
  const { change } = procedures;
  return {
    plan: change.plan.handler(({ input, signal }) => stream(changes.plan(input.path, input.change, signal), signal)),
    apply: change.apply.handler(({ input }) => changes.apply(input.id)),
    undo: change.undo.handler(({ input }) => changes.undo(input.undoId)),
  };
}
