import type { FleetId, HostName } from '../../../shared/contract/ids.ts';
import { fingerprint } from '../fleet/fingerprint.ts';
import { findFleetFolder } from '../fleet/folder.ts';
import { isInStore } from '../nix/store-files.ts';
import type { EvaluatedHosts } from '../store/evaluated-hosts.ts';
import type { DeployHost, DeploySpec } from './spec.ts';

/**
 * A deploy with what is known of its hosts from an evaluation of the same files. It is looked at again when the deploy
 * begins, see {@link findKnown}. Other programs evaluate by themselves.
 */
export function withKnownSystems(spec: DeploySpec, fleetId: FleetId, store: EvaluatedHosts): DeploySpec {
  if (spec.fingerprint === null || spec.engine !== 'nix') return spec;
  const derivations = store.derivations({ fleetId, fingerprint: spec.fingerprint });
  const hosts = spec.hosts.map((host) => {
    const known = derivations.get(host.name);
    if (known?.source !== host.source) return host;
    const { outPath, drvPath, stateVersion } = known;
    return { ...host, known: { outPath, drvPath, stateVersion } };
  });
  return { ...spec, hosts };
}

/** Hosts that need no evaluation: the files are still the same, and nix has not thrown away what builds the system. */
export async function findKnown(
  { fleet, fingerprint: planned }: Pick<DeploySpec, 'fleet' | 'fingerprint'>,
  hosts: readonly Pick<DeployHost, 'name' | 'known'>[],
  signal: AbortSignal,
): Promise<Map<HostName, NonNullable<DeployHost['known']>>> {
  const found = new Map<HostName, NonNullable<DeployHost['known']>>();
  const known = hosts.flatMap(({ name, known: system }) => (system === null ? [] : [{ name, system }]));
  if (known.length === 0 || planned === null || planned !== (await stateNow(fleet, planned, signal))) return found;
  for (const { name, system } of known) if (await isInStore(system.drvPath, signal)) found.set(name, system);
  return found;
}

/** The state that a fleet's files are in; of one that was fetched by a reference they never change. null: not known. */
export async function stateNow(
  fleet: DeploySpec['fleet'],
  planned: string,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const folder = findFleetFolder(fleet.path);
    return folder.ref === fleet.ref ? await fingerprint(folder, signal) : planned;
  } catch {
    // The folder is gone, or the job was broken off: nothing is remembered.
    return null;
  }
}
