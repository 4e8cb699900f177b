import { isFlakeReference } from '../../../shared/fleet/fleet-reference.ts';
import { fleetIdOf, findFleetFolder } from '../fleet/folder.ts';
import { listInputs } from '../inputs/list-inputs.ts';
import { planInputEdit } from '../inputs/plan-edit.ts';
import { procedures } from './base.ts';
import type { EngineParts } from '../parts.ts';

/** `inputs.*`: the inputs of a fleet's flake. */
export function inputsProcedures({ fleets, inputs }: Pick<EngineParts, 'fleets' | 'inputs'>) {
  const procedure = procedures.inputs;
  /** Of a reference the copy that is shown; its inputs can be looked at. */
  const folderOf = (path: string): Promise<string> | string =>
    isFlakeReference(path) ? fleets.folder(fleetIdOf(path)) : path;
  return {
    list: procedure.list.handler(async ({ input }) =>
      listInputs(findFleetFolder(await folderOf(input.path)), Date.now()),
    ),
    planEdit: procedure.planEdit.handler(async ({ input }) => {
      const { title, hash, before, after } = await planInputEdit(
        await fleets.editableFolder(input.fleetId),
        input.edit,
      );
      return { title, hash, before, after };
    }),
    try: procedure.try.handler(async ({ input }) => ({
      jobId: await inputs.try(input.fleetId, input.change, input.build),
    })),
    proposals: procedure.proposals.handler(({ input }) => inputs.proposals(input.fleetId)),
    accept: procedure.accept.handler(({ input }) => inputs.accept(input.jobId)),
    discard: procedure.discard.handler(({ input }) => inputs.discard(input.jobId)),
    compare: procedure.compare.handler(({ input, signal }) => inputs.compare(input.jobId, input.host, signal)),
  };
}
