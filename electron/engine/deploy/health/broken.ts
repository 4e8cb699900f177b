import { z } from 'zod';

/** What was broken on a host before anything was changed there: it does not count against what was deployed since. */
export const broken = z.object({
  /** Units that were failed. */
  units: z.array(z.string()).readonly(),
  /** Names of health checks that failed. */
  checks: z.array(z.string()).readonly(),
});
export type Broken = z.infer<typeof broken>;

export const nothingBroken: Broken = { units: [], checks: [] };
