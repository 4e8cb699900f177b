import type { HostName } from '../../shared/contract/ids.ts';
import type { JobDetail, Stage, Step } from '../../shared/contract/job.ts';
import { DEPLOY_STAGES, STAGES } from './step-words.ts';

export interface MatrixRow {
  host: HostName;
  steps: ReadonlyMap<Stage, Step>;
}

export type MatrixGroup = 'all' | 'running' | 'failed' | 'done' | 'waiting';

export interface Matrix {
  /** The stages that this job has, in order. */
  stages: readonly Stage[];
  rows: readonly MatrixRow[];
}

/** Hosts × stages, in the order in which the hosts were named. */
export function stageMatrix(detail: JobDetail): Matrix {
  const byHost = new Map<HostName, Map<Stage, Step>>(detail.summary.hosts.map((host) => [host, new Map()]));
  const used = new Set<Stage>();
  for (const step of detail.steps) {
    used.add(step.stage);
    const steps = byHost.get(step.host) ?? new Map<Stage, Step>();
    steps.set(step.stage, step);
    byHost.set(step.host, steps);
  }
  return {
    stages: used.size === 0 ? DEPLOY_STAGES : STAGES.filter((stage) => used.has(stage)),
    rows: [...byHost].map(([host, steps]) => ({ host, steps })),
  };
}

/** Where a host stands in the job, for counting and filtering many of them. */
export function rowGroup(row: MatrixRow, outcomes: JobDetail['outcomes']): Exclude<MatrixGroup, 'all'> {
  const outcome = Object.hasOwn(outcomes, row.host) ? outcomes[row.host] : undefined;
  if (outcome !== undefined) {
    return outcome.state === 'succeeded' || outcome.state === 'unchanged' || outcome.state === 'skipped'
      ? 'done'
      : 'failed';
  }
  const states = [...row.steps.values()].map((step) => step.state);
  if (states.includes('failed')) return 'failed';
  if (states.includes('running')) return 'running';
  return states.length > 0 && states.every((state) => state === 'done' || state === 'skipped') ? 'done' : 'waiting';
}

export function countGroups(rows: readonly MatrixRow[], outcomes: JobDetail['outcomes']): Record<MatrixGroup, number> {
  const counts = { all: rows.length, running: 0, failed: 0, done: 0, waiting: 0 };
  for (const row of rows) counts[rowGroup(row, outcomes)] += 1;
  return counts;
}

/** The host that a person most likely wants to see: the first that failed, else the first that runs, else the first. */
export function mostInteresting({ rows }: Matrix, outcomes: JobDetail['outcomes']): HostName | null {
  const first = (group: MatrixGroup): MatrixRow | undefined => rows.find((row) => rowGroup(row, outcomes) === group);
  return (first('failed') ?? first('running') ?? rows[0])?.host ?? null;
}
