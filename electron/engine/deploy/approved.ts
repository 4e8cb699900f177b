import type { FleetId, HostName, JobId } from '../../../shared/contract/ids.ts';
import type { HostOutcome, JobDetail, JobOrigin } from '../../../shared/contract/job.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import type { NewJobEvent } from '../jobs/context.ts';
import { whyKeysRefused } from './keys/approved-keys.ts';
import { deployError, deployProblems } from './problems.ts';
import { deploySpec, type DeploySpec, type PlannedSystem } from './spec.ts';

type Found = { readonly planned: PlannedSystem } | { readonly refusal: Problem };

/** What a person approved: a system for each host, or why there is none. */
export interface Approved {
  /** null: it is not known any more which job found it out. */
  readonly plan: JobId | null;
  /** The state of the files that it was made from (`fleet/fingerprint.ts`); null: it cannot be told. */
  readonly fingerprint: string | null;
  /** What the systems were evaluated from. */
  readonly commit: JobOrigin['commit'];
  readonly hosts: ReadonlyMap<HostName, Found>;
  readonly changes: JobDetail['changes'];
}

/**
 * What a job found out, to be carried out.
 * @param wanted what is asked for; going back is planned by going back
 * @throws ProblemError `deploy-not-planned`
 */
export function approvedBy(
  job: Pick<JobDetail, 'summary' | 'spec' | 'outcomes' | 'changes'>,
  wanted: { readonly fleetId: FleetId } & Pick<DeploySpec, 'rollbackTo'>,
): Approved {
  const { id, fleetId, hosts } = job.summary;
  const spec = deploySpec.safeParse(job.spec).data;
  if (spec?.goal !== 'dry-activate' || fleetId !== wanted.fleetId) {
    throw deployError(deployProblems.noPlan(id, 'It did not find out what would change in this fleet'));
  }
  if ((spec.rollbackTo === null) !== (wanted.rollbackTo === null)) {
    const evidence =
      spec.rollbackTo === null ? 'It is the plan of a deploy, not of going back' : 'It is a plan of going back';
    throw deployError(deployProblems.noPlan(id, evidence));
  }
  const found = hosts.map((host): [HostName, Found] => {
    const planned = systemOf(job, host);
    const reason = job.outcomes[host]?.error?.title ?? 'Nothing was found out of it';
    return [host, planned ? { planned } : { refusal: deployProblems.notPlanned(host, id, reason) }];
  });
  const { fingerprint, origin } = spec;
  return { plan: id, fingerprint, commit: origin?.commit ?? null, hosts: new Map(found), changes: job.changes };
}

/** What was approved for a job that is tried again; null: nothing was, and the fleet says what is deployed. */
export function approvedBefore({ spec: kept, changes }: Pick<JobDetail, 'spec' | 'changes'>): Approved | null {
  const spec = deploySpec.safeParse(kept).data;
  if (spec === undefined) return null;
  const { plan, fingerprint, origin } = spec;
  const hosts: Approved['hosts'] = new Map(
    spec.hosts.flatMap(({ name, planned, refusal }): [HostName, Found][] => {
      if (planned) return [[name, { planned }]];
      return plan !== null && refusal ? [[name, { refusal }]] : [];
    }),
  );
  return hosts.size === 0 ? null : { plan, fingerprint, commit: origin?.commit ?? null, hosts, changes };
}

/**
 * A deploy of exactly what was approved. A host without anything approved is refused by itself, and so is one whose keys
 * would be read from other files.
 * @throws ProblemError `deploy-not-planned` where no host is left
 */
export function asApproved(wanted: DeploySpec, { plan, fingerprint, commit, hosts: approved }: Approved): DeploySpec {
  const spec = { ...wanted, fingerprint };
  const hosts = spec.hosts.map((host) => {
    const found = approved.get(host.name);
    if (found !== undefined && 'planned' in found) {
      const { planned } = found;
      const refusal = host.refusal ?? whyKeysRefused(spec, { ...host, planned }, wanted.fingerprint);
      return { ...host, planned, refusal };
    }
    const reason = found?.refusal ?? deployProblems.notPlanned(host.name, plan ?? '', 'It is none of its hosts');
    return { ...host, refusal: host.refusal ?? reason };
  });
  const [first] = hosts;
  if (first?.refusal && hosts.every(({ planned }) => planned === null)) throw deployError(first.refusal);
  return { ...spec, plan, hosts, origin: spec.origin && { ...spec.origin, commit } };
}

/** What the job of an approved deploy knows before it begins: the changes of its hosts. */
export function knownChanges({ hosts }: Pick<DeploySpec, 'hosts'>, changes: JobDetail['changes']): NewJobEvent[] {
  return hosts.flatMap(({ name: host, planned }) => {
    const found = planned && Object.hasOwn(changes, host) ? changes[host] : undefined;
    return found === undefined ? [] : [{ type: 'changes' as const, host, changes: found }];
  });
}

/** null: the plan failed for this host, or did not come to it. */
function systemOf(
  { outcomes, changes }: Pick<JobDetail, 'outcomes' | 'changes'>,
  host: HostName,
): PlannedSystem | null {
  const outcome: HostOutcome | undefined = Object.hasOwn(outcomes, host) ? outcomes[host] : undefined;
  const stateVersion = outcome?.stateVersion ?? null;
  if (outcome?.state === 'unchanged' && outcome.system !== null) {
    const { system, derivation = null } = outcome;
    return { before: system, outPath: system, drvPath: derivation, stateVersion };
  }
  const found = Object.hasOwn(changes, host) ? changes[host] : undefined;
  if (outcome?.state !== 'succeeded' || found === undefined) return null;
  const { before, after, derivation = null } = found;
  return { before, outPath: after, drvPath: derivation, stateVersion };
}
