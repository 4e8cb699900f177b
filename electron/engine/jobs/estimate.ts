import type { BuildNode, JobDetail, Stage, Step } from '../../../shared/contract/job.ts';
import type { HostName } from '../../../shared/contract/ids.ts';

/** What this user's own history says; null where it says nothing. Milliseconds. */
export interface History {
  stage(host: HostName, stage: Stage): number | null;
  build(name: string): number | null;
}

/**
 * Milliseconds until a job is over: hosts go on side by side, so it is the longest of them. null where the history lacks
 * a stage that is still to come: half an estimate would only mislead.
 */
export function estimateMsLeft(detail: JobDetail, history: History, now: number): number | null {
  const hosts = Map.groupBy(
    detail.steps.filter((step) => step.state === 'waiting' || step.state === 'running'),
    (step) => step.host,
  );
  let longest: number | null = null;
  for (const [host, steps] of hosts) {
    const nodes = (Object.hasOwn(detail.builds, host) ? detail.builds[host] : undefined) ?? [];
    let left = 0;
    for (const step of steps) {
      const stepLeft = stepMsLeft(step, nodes, history, now);
      if (stepLeft === null) return null;
      left += stepLeft;
    }
    longest = Math.max(longest ?? 0, left);
  }
  return longest === null ? null : Math.round(longest);
}

/**
 * What a job that is over would have been expected to take at the moment that it began, by what the history said then;
 * null where it said nothing.
 */
export function estimateAtStart(detail: JobDetail, history: History): number | null {
  // What was done without being begun was known already.
  const asked = detail.steps.filter((step) => step.state !== 'done' || step.startedAt !== null);
  const steps = asked.map((step) => ({ ...step, state: 'waiting' as const, startedAt: null }));
  return estimateMsLeft({ ...detail, steps, builds: {} }, history, 0);
}

function stepMsLeft(step: Step, nodes: readonly BuildNode[], history: History, now: number): number | null {
  if (step.stage === 'build' && nodes.length > 0) {
    const left = buildMsLeft(nodes, history, now);
    if (left !== null) return left;
  }
  const expected = history.stage(step.host, step.stage);
  if (step.state === 'waiting' || step.startedAt === null) return expected;
  const elapsed = now - step.startedAt;
  // A quarter is enough to trust this run more than the past ones.
  if (step.total > 0 && step.done / step.total > 0.25) return (elapsed * (step.total - step.done)) / step.done;
  return expected === null ? null : Math.max(0, expected - elapsed);
}

/** The longest chain of what is still to be made; null where the history knows none of it. */
function buildMsLeft(nodes: readonly BuildNode[], history: History, now: number): number | null {
  const byPath = new Map(nodes.map((node) => [node.drv, node]));
  const chains = new Map<string, number>();
  let isKnown = false;
  const own = (node: BuildNode): number => {
    if (node.state === 'done' || node.state === 'failed') return 0;
    const expected = history.build(node.name);
    if (expected === null) return 0;
    isKnown = true;
    return Math.max(0, expected - (node.startedAt === null ? 0 : now - node.startedAt));
  };
  const chain = (node: BuildNode): number => {
    const known = chains.get(node.drv);
    if (known !== undefined) return known;
    // Set first: a graph of derivations has no cycles, but what we were told might.
    chains.set(node.drv, 0);
    const inputs = node.inputs.flatMap((drv) => byPath.get(drv) ?? []).map(chain);
    const length = own(node) + Math.max(0, ...inputs);
    chains.set(node.drv, length);
    return length;
  };
  const left = Math.max(0, ...nodes.map(chain));
  return isKnown ? left : null;
}
