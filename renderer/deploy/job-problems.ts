import type { HostName } from '../../shared/contract/ids.ts';
import type { JobDetail } from '../../shared/contract/job.ts';
import type { Problem } from '../../shared/contract/problem.ts';

export interface JobProblem {
  host: HostName | null;
  problem: Problem;
}

/** Everything that went wrong, each once: what was told on the way and what the hosts ended with. */
export function jobProblems({ problem, problems, outcomes, summary }: JobDetail): JobProblem[] {
  const found = new Map<string, JobProblem>();
  const add = (host: HostName | null, problem: Problem): void => {
    const key = JSON.stringify([host, problem.code, problem.title, problem.evidence]);
    if (!found.has(key)) found.set(key, { host, problem });
  };
  if (problem !== null) add(null, problem);
  for (const told of problems) add(told.host, told.problem);
  for (const host of summary.hosts) {
    const error = Object.hasOwn(outcomes, host) ? outcomes[host]?.error : undefined;
    if (error !== undefined) add(host, error);
  }
  return [...found.values()];
}
