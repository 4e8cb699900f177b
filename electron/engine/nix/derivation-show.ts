import { z } from 'zod';
import type { CaptureLimits } from './capture.ts';
import { askNix } from './json-answer.ts';

const storeFolder = '/nix/store';
const derivation = z.union([
  z.object({ inputDrvs: z.record(z.string(), z.unknown()) }),
  z.object({ inputs: z.object({ drvs: z.record(z.string(), z.unknown()) }) }),
]);

const byDrv = z.record(z.string(), derivation);

/** By path (to 2.33), or `derivations` by base name (2.34). Gives the inputs of each derivation, as whole paths. */
export const derivationShowAnswer = z.union([
  z.object({ derivations: byDrv }).transform((answer) => inputsOf(answer.derivations)),
  byDrv.transform(inputsOf),
]);

function inputsOf(answer: z.infer<typeof byDrv>): Map<string, string[]> {
  const inputs = new Map<string, string[]>();
  for (const [drv, one] of Object.entries(answer)) {
    const drvs = 'inputDrvs' in one ? one.inputDrvs : one.inputs.drvs;
    inputs.set(whole(drv), Object.keys(drvs).map(whole));
  }
  return inputs;
}

function whole(drv: string): string {
  return drv.startsWith('/') ? drv : `${storeFolder}/${drv}`;
}

/**
 * Which derivations each of these needs.
 * @throws ProblemError
 */
export function readDerivationInputs(
  drvs: readonly string[],
  limits: CaptureLimits = {},
): Promise<Map<string, string[]>> {
  return askNix({ ...limits, args: ['derivation', 'show', ...drvs] }, 'derivations', derivationShowAnswer);
}
