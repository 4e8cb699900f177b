import { z } from 'zod';
import type { HealthCheck } from '../../../../shared/contract/health.ts';

/** What was broken on a host before anything was changed there: it does not count against what was deployed since. */
export const broken = z.object({
  /** Units that were failed. */
  units: z.array(z.string()).readonly(),
  /** Names of health checks that failed. */
  checks: z.array(z.string()).readonly(),
});
export type Broken = z.infer<typeof broken>;

/**
 * What still does not count where some checks must be well. Which units such a check of all units would excuse is not
 * known: none.
 */
export function brokenBut(known: Broken, checks: readonly HealthCheck[], mustBeWell: readonly string[]): Broken {
  const looksAtUnits = checks.some(({ name, kind }) => kind === 'failed-units' && mustBeWell.includes(name));
  return {
    units: looksAtUnits ? [] : known.units,
    checks: known.checks.filter((name) => !mustBeWell.includes(name)),
  };
}

export const nothingBroken: Broken = { units: [], checks: [] };
