import type { CheckSurroundings } from '../tools/check.ts';
import { examine } from '../tools/doctor.ts';
import { procedures } from './base.ts';

/** `doctor.*`: what this computer has and lacks. */
export function doctorProcedures(surroundings: CheckSurroundings) {
  return { check: procedures.doctor.check.handler(() => examine(surroundings)) };
}
