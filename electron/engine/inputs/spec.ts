import { z } from 'zod';
import { fleetKind } from '../../../shared/contract/host.ts';
import { fileHash, textSplice } from '../../../shared/contract/finding.ts';
import { hostName } from '../../../shared/contract/ids.ts';

/**
 * All that trying a change of the inputs needs, since its runner reads neither database nor fleet. Holds no secret;
 * `version` grows when the shape changes.
 */
export const inputsSpec = z.object({
  version: z.literal(1),
  change: z.discriminatedUnion('kind', [
    /** Empty: all inputs. */
    z.object({ kind: z.literal('update'), inputs: z.array(z.string()) }),
    /** Splices of the flake.nix that `hash` names. */
    z.object({ kind: z.literal('edit'), hash: fileHash, splices: z.array(textSplice).min(1) }),
  ]),
  /** `path`: the folder of flake.nix; `workTree`, `subfolder`: see fleet/folder.ts. */
  fleet: z.object({
    name: z.string(),
    path: z.string(),
    ref: z.string(),
    workTree: z.string().nullable(),
    subfolder: z.string(),
  }),
  /** `source`: the declaration whose system is compared. */
  hosts: z.array(z.object({ name: hostName, source: fleetKind })),
  build: z.boolean(),
  /** Where the copy that the change is tried in is made. */
  scratch: z.string(),
});
export type InputsSpec = z.infer<typeof inputsSpec>;
