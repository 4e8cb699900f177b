import { join } from 'node:path';
import { nixSystem } from '../machines/nix-system.ts';
import { reachAndProbe } from '../machines/reach.ts';
import { discoverMachines } from '../machines/discover.ts';
import { makeKey } from '../ssh/make-key.ts';
import { procedures } from './base.ts';
import type { EngineParts } from '../parts.ts';

/** `machine.*`: machines that are not of the fleet yet. */
export function machineProcedures({ files, machines }: Pick<EngineParts, 'files' | 'machines'>) {
  const { machine } = procedures;
  return {
    probe: machine.probe.handler(({ input, signal }) =>
      reachAndProbe(input, { files, memory: machines, here: { system: nixSystem() } }, signal),
    ),
    makeKey: machine.makeKey.handler(() => {
      const file = join(files.folder, 'own-key');
      return { file, publicKey: makeKey(file, 'nixstead') };
    }),
    discover: machine.discover.handler(({ signal }) => discoverMachines(signal)),
  };
}
