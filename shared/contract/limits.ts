import { z } from 'zod';

const atOnce = z.int().min(1).max(200);

/** How many hosts of a deploy may be in each kind of work at once. */
export const workLimits = z.object({ evaluations: atOnce, builds: atOnce, copies: atOnce, activations: atOnce });
export type WorkLimits = z.infer<typeof workLimits>;
