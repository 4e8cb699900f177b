import type { HostName } from '../../shared/contract/ids.ts';
import type { HostOutcome, JobDetail, Stage } from '../../shared/contract/job.ts';

/** How long each stage of a host took, in the order in which they ran; without those that did not run. */
export function stageTimes({ steps }: Pick<JobDetail, 'steps'>, host: HostName): { stage: Stage; ms: number }[] {
  return steps.flatMap((step) =>
    step.host === host && step.startedAt !== null && step.endedAt !== null
      ? [{ stage: step.stage, ms: step.endedAt - step.startedAt }]
      : [],
  );
}

/** A host in two jobs; null where it was not in one of them. */
export interface ComparedHost {
  readonly host: HostName;
  readonly outcomes: readonly [HostOutcome | null, HostOutcome | null];
  /** Of the whole host, ms; null where nothing ran. */
  readonly took: readonly [number | null, number | null];
  readonly stages: readonly { readonly stage: Stage; readonly times: readonly [number | null, number | null] }[];
  /** null: at least one of them says of no system. */
  readonly isSameSystem: boolean | null;
}

export type ComparedGroup = 'all' | 'result' | 'system';

/** True where the group has the host: those that ended in another way in each job, those that got another system. */
export function isInComparedGroup({ outcomes, isSameSystem }: ComparedHost, group: ComparedGroup): boolean {
  const [first, second] = outcomes;
  if (group === 'system') return isSameSystem === false;
  return group === 'all' || (first !== null && second !== null && first.state !== second.state);
}

/** Two jobs side by side, host by host: first those that both have. */
export function compareJobs(first: JobDetail, second: JobDetail): ComparedHost[] {
  const hosts = [...new Set([...first.summary.hosts, ...second.summary.hosts])];
  const isInBoth = (host: HostName): boolean =>
    first.summary.hosts.includes(host) && second.summary.hosts.includes(host);
  return hosts
    .map((host): ComparedHost => {
      const outcomes = [outcomeOf(first, host), outcomeOf(second, host)] as const;
      const times = [stageTimes(first, host), stageTimes(second, host)] as const;
      const stages = [...new Set(times.flatMap((list) => list.map(({ stage }) => stage)))];
      const timeOf = (list: (typeof times)[number], stage: Stage): number | null =>
        list.find((each) => each.stage === stage)?.ms ?? null;
      const systems = outcomes.map((outcome) => outcome?.system ?? null);
      return {
        host,
        outcomes,
        took: [total(times[0]), total(times[1])],
        stages: stages.map((stage) => ({ stage, times: [timeOf(times[0], stage), timeOf(times[1], stage)] })),
        isSameSystem: systems.includes(null) ? null : systems[0] === systems[1],
      };
    })
    .sort((a, b) => Number(isInBoth(b.host)) - Number(isInBoth(a.host)));
}

function outcomeOf({ outcomes }: JobDetail, host: HostName): HostOutcome | null {
  return (Object.hasOwn(outcomes, host) ? outcomes[host] : undefined) ?? null;
}

/** Stages of a host do not overlap but for planning and evaluating, which run side by side. */
function total(times: readonly { stage: Stage; ms: number }[]): number | null {
  if (times.length === 0) return null;
  const ms = (stage: Stage): number => times.find((each) => each.stage === stage)?.ms ?? 0;
  const rest = times.filter(({ stage }) => stage !== 'plan' && stage !== 'evaluate');
  return Math.max(ms('plan'), ms('evaluate')) + rest.reduce((sum, each) => sum + each.ms, 0);
}
