import type { DoctorFinding } from '../../../shared/contract/doctor.ts';
import type { Home } from '../home.ts';

/** What a check may look at. */
export interface CheckSurroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly home: Home;
  readonly platform: NodeJS.Platform;
}

/** One check of the doctor; it answers with one finding, also when all is well. */
export type Check = (surroundings: CheckSurroundings) => Promise<DoctorFinding>;

/** All is well; `detail` says what was found. */
export function fine(code: string, title: string, detail: string): DoctorFinding {
  return { code, severity: 'ok', title, detail, advice: [], command: null };
}
