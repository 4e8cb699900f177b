import type { AppInfo } from '../../shared/contract/app.ts';
import type { Problem } from '../../shared/contract/problem.ts';

/** What the engine's process can ask of whoever started it. Electron answers through its main process. */
export interface Surroundings {
  readonly door: AppInfo['door'];
  readonly initialPath: string | null;
  /** What the door has to tell beside the engine's own notices, for example that the engine was started again. */
  readonly notices?: readonly Problem[];
  readonly canChooseFolder: boolean;
  chooseFolder(): Promise<string | null>;
  openExternal(url: string): Promise<void>;
}

/** Of a door that shows nothing: there is no dialog, and no address is opened. */
export const windowless = (door: AppInfo['door']): Surroundings => ({
  door,
  initialPath: null,
  canChooseFolder: false,
  chooseFolder: () => Promise.resolve(null),
  openExternal: () => Promise.resolve(),
});
