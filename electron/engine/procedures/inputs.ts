import type { FleetId } from '../../../shared/contract/ids.ts';
import { findFleetFolder } from '../fleet/folder.ts';
import { listInputs } from '../inputs/list-inputs.ts';
import { planInputEdit } from '../inputs/plan-edit.ts';
import { procedures } from './base.ts';
import type { EngineParts } from './router.ts';

/** `inputs.*`: the inputs of a fleet's flake. */
export function inputsProcedures({ fleets, inputs }: Pick<EngineParts, 'fleets' | 'inputs'>) {
  const procedure = procedures.inputs;
  const folderOf = async (id: FleetId): Promise<string> => (await fleets.view(id)).fleet.path;
  return {
    list: procedure.list.handler(({ input }) => listInputs(findFleetFolder(input.path), Date.now())),
    planEdit: procedure.planEdit.handler(async ({ input }) => {
      const { title, hash, before, after } = await planInputEdit(await folderOf(input.fleetId), input.edit);
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
