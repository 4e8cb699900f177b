import type { HostName } from '../../../../shared/contract/ids.ts';
import type { Problem } from '../../../../shared/contract/problem.ts';
import { ProblemError } from '../../errors.ts';
import { bringsKeys } from '../goals.ts';
import { filesNow } from '../known-systems.ts';
import type { DeployHost, DeploySpec } from '../spec.ts';
import { keyProblems } from './problems.ts';

type PlannedSpec = Pick<DeploySpec, 'goal' | 'engine' | 'rollbackTo' | 'fingerprint' | 'waitsForHosts'>;

/**
 * Why a host's keys are not brought where a plan is carried out; null: they may be, or none are. Its system is the one that
 * was approved, whatever the fleet says by now, but keys are read from the fleet's files when they are uploaded: of files
 * that are not those of the plan, nobody has approved them.
 * @param spec with the fingerprint of the files that the plan was made from
 * @param now that of the files as they are; null: it cannot be told
 */
export function whyKeysRefused(
  spec: PlannedSpec,
  { name, keys, planned }: Pick<DeployHost, 'name' | 'keys' | 'planned'>,
  now: string | null,
): Problem | null {
  if (planned === null || !bringsKeys(spec, { keys })) return null;
  // A host that comes later is given what its commit says, and that was looked at when it was queued.
  if (spec.waitsForHosts) return null;
  const { fingerprint: then } = spec;
  return then !== null && then === now ? null : keyProblems.notApproved(name, then, now);
}

/** A deploy as it begins: hosts whose keys nobody approved are refused. */
export async function withApprovedKeys(spec: DeploySpec, signal: AbortSignal): Promise<DeploySpec> {
  if (spec.hosts.every((host) => whyKeysRefused(spec, host, null) === null)) return spec;
  const { state } = await filesNow(spec, false, signal);
  const hosts = spec.hosts.map((host) => ({ ...host, refusal: host.refusal ?? whyKeysRefused(spec, host, state) }));
  return { ...spec, hosts };
}

/** Keys that were read, unless the files became others until then. */
export function onlyApproved<Key>(
  spec: DeploySpec,
  keys: ReadonlyMap<HostName, Promise<Key[]>>,
  signal: AbortSignal,
): Map<HostName, Promise<Key[]>> {
  const checked = async (host: DeployHost, reading: Promise<Key[]>): Promise<Key[]> => {
    const read = await reading;
    if (whyKeysRefused(spec, host, null) === null) return read;
    const refusal = whyKeysRefused(spec, host, (await filesNow(spec, false, signal)).state);
    signal.throwIfAborted();
    if (refusal) throw new ProblemError(refusal);
    return read;
  };
  return new Map(
    spec.hosts.flatMap((host) => {
      const reading = keys.get(host.name);
      if (reading === undefined) return [];
      const own = checked(host, reading);
      // A host that fails before it never asks.
      own.catch(() => undefined);
      return [[host.name, own] as const];
    }),
  );
}
