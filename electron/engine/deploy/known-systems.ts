import type { FleetId, HostName } from '../../../shared/contract/ids.ts';
import { ProblemError } from '../errors.ts';
import { fingerprint, lookAtFiles, type FilesLook } from '../fleet/fingerprint.ts';
import { findFleetFolder } from '../fleet/folder.ts';
import { isInStore } from '../nix/store-files.ts';
import type { EvaluatedHosts } from '../store/evaluated-hosts.ts';
import type { DeployHost, DeploySpec } from './spec.ts';

type KnownSystem = NonNullable<DeployHost['known']>;

/**
 * A deploy with what is known of its hosts from an evaluation of the same files. They are looked at again when the deploy
 * begins, see {@link findKnown}. Other programs evaluate by themselves.
 */
export function withKnownSystems(spec: DeploySpec, fleetId: FleetId, store: EvaluatedHosts): DeploySpec {
  if (spec.fingerprint === null || spec.engine !== 'nix') return spec;
  const derivations = store.derivations({ fleetId, fingerprint: spec.fingerprint });
  const hosts = spec.hosts.map((host) => {
    const known = derivations.get(host.name);
    if (known?.source !== host.source) return host;
    const { stamp, outPath, drvPath, stateVersion } = known;
    return { ...host, known: { stamp, outPath, drvPath, stateVersion } };
  });
  return { ...spec, hosts };
}

/**
 * Hosts that need no evaluation: nobody has written the files since, and nix has not thrown away what builds the system.
 * @param stamp of the files as they are, see {@link stampNow}
 */
export async function findKnown(
  hosts: readonly Pick<DeployHost, 'name' | 'known'>[],
  stamp: string | null,
  signal: AbortSignal,
): Promise<Map<HostName, KnownSystem>> {
  const found = new Map<HostName, KnownSystem>();
  for (const { name, known } of hosts) {
    if (known?.stamp === stamp && known !== null && (await isInStore(known.drvPath, signal))) found.set(name, known);
  }
  return found;
}

/** What changes whenever one of a fleet's files is written; null: it cannot be told, or nothing is remembered by it. */
export async function stampNow(
  spec: Pick<DeploySpec, 'fleet' | 'fingerprint'>,
  signal: AbortSignal,
): Promise<string | null> {
  // Outside of a flake, what was evaluated need not be what the files say.
  if (spec.fingerprint === null || spec.fleet.form !== 'flake') return null;
  return (await filesNow(spec, true, signal)).stamp;
}

/** What a fleet's files are, see `fleet/fingerprint.ts`; null: it cannot be told, or what is read of them never changes. */
export async function stateNow(
  spec: Pick<DeploySpec, 'fleet' | 'fingerprint'>,
  signal: AbortSignal,
): Promise<string | null> {
  return (await filesNow(spec, false, signal)).state;
}

/** A fleet's files as they are, in one look. @param isExact false where nobody needs the stamp, which looks at every file */
export async function filesNow(
  { fleet, fingerprint: planned }: Pick<DeploySpec, 'fleet' | 'fingerprint'>,
  isExact: boolean,
  signal: AbortSignal,
): Promise<FilesLook> {
  const nothing = { state: null, stamp: null };
  // What was fetched by a reference never changes.
  if (fleet.isRemote === true) return { state: planned, stamp: fleet.ref };
  try {
    const folder = findFleetFolder(fleet.path);
    if (folder.ref !== fleet.ref) return nothing;
    return isExact ? await lookAtFiles(folder, signal) : { state: await fingerprint(folder, signal), stamp: null };
  } catch (error) {
    // The folder is gone, git refuses, or the job was broken off: nothing is remembered.
    if (error instanceof ProblemError || signal.aborted) return nothing;
    throw error;
  }
}
