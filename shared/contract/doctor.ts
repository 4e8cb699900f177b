import { z } from 'zod';
import { procedure } from './base.ts';

/** One thing about this computer that Nixstead needs or misses. `command` is what mends it, ready to copy. */
export const doctorFinding = z.object({
  code: z.string(),
  severity: z.enum(['ok', 'warning', 'error']),
  title: z.string(),
  detail: z.string(),
  advice: z.array(z.string()),
  command: z.string().nullable(),
});
export type DoctorFinding = z.infer<typeof doctorFinding>;

export const doctorContract = {
  check: procedure.output(z.array(doctorFinding)),
};
