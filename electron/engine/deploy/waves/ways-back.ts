import type { Goal } from '../../../../shared/contract/deploy.ts';
import type { RollbackTarget } from '../../../../shared/contract/generation.ts';
import type { HostOutcome } from '../../../../shared/contract/job.ts';
import type { MachineFacts } from '../../fleet/status/probe.ts';
import { waveProblems } from './problems.ts';

type Before = Pick<MachineFacts, 'currentSystem' | 'profileSystem' | 'generation'>;

/** One step of a host's way back: a generation of its profile, or a system that runs and leaves the profile as it is. */
export type WayBack =
  | { readonly goal: 'switch' | 'boot'; readonly to: Extract<RollbackTarget, { generation: number }> }
  | { readonly goal: 'test'; readonly system: string };

/**
 * How a host comes back to what it was in before a deploy; null where there is nothing to go back to. What is only tried
 * never was in the profile, and where something else ran than what booted, each comes back by itself.
 */
export function waysBack(goal: Goal, { currentSystem, profileSystem, generation }: Before): WayBack[] | null {
  const run = currentSystem === null ? null : ({ goal: 'test', system: currentSystem } as const);
  if (goal === 'test') return run && [run];
  if (generation === null) return null;
  const to = { generation };
  if (goal === 'boot') return [{ goal, to }];
  if (run === null || currentSystem === profileSystem) return [{ goal: 'switch', to }];
  return [run, { goal: 'boot', to }];
}

/** True where a host runs and has for its generation what it did before a deploy: nothing, or a restart alone, came of it. */
export function isAsBefore(
  { currentSystem, generation }: Before,
  { system, generation: now }: Pick<HostOutcome, 'system' | 'generation'>,
): boolean {
  return system === currentSystem && now === generation;
}

/**
 * What a host came to that was to go back: it is back only where it says so itself. Units that fail there, as they may
 * have before, change nothing.
 * @param back what the way back ended with
 */
export function outcomeOfWayBack(host: string, before: Before, back: HostOutcome): HostOutcome {
  const { state, error } = back;
  const isThrough = state === 'succeeded' || state === 'unchanged' || state === 'switched-with-failures';
  if (isThrough && isAsBefore(before, back)) {
    return { ...back, state: 'reverted', error: waveProblems.wentBack(host, error) };
  }
  const was = describeState(before.generation, before.currentSystem);
  const states = `before: ${was}\nnow: ${describeState(back.generation, back.system)}`;
  return {
    ...back,
    state: state === 'cancelled' ? 'cancelled' : 'failed',
    error: waveProblems.notBack(host, states, error),
  };
}

function describeState(generation: number | null, system: string | null): string {
  if (system === null) return 'not known';
  return generation === null ? system : `generation ${generation}, ${system}`;
}
