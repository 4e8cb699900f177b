import type { Adopted, AdoptRequest } from '../../../shared/contract/install.ts';
import type { EngineParts } from '../procedures/router.ts';
import { installError, installProblems } from './problems.ts';

/** Takes a machine that runs NixOS into the fleet. */
export async function adoptMachine(
  _request: AdoptRequest,
  _parts: EngineParts,
  _signal?: AbortSignal,
): Promise<Adopted> {
  throw installError(installProblems.notAdoptable('Not yet', ''));
}
