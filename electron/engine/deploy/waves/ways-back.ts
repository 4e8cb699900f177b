import type { Goal } from '../../../../shared/contract/deploy.ts';
import type { RollbackTarget } from '../../../../shared/contract/generation.ts';
import type { HostOutcome } from '../../../../shared/contract/job.ts';
import type { MachineFacts } from '../../fleet/status/probe.ts';

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

/** True where a host says that it is in what it was in; units that fail there, as they may have before, change nothing. */
export function isBackIn(
  { currentSystem, generation }: Before,
  { state, system, generation: now }: HostOutcome,
): boolean {
  const isThrough = state === 'succeeded' || state === 'unchanged' || state === 'switched-with-failures';
  return isThrough && system === currentSystem && now === generation;
}
