import type { AppInfo } from '../../shared/contract/app.ts';

/** What the engine's process can ask of whoever started it. Electron answers through its main process. */
export interface Surroundings {
  readonly door: AppInfo['door'];
  readonly initialPath: string | null;
  readonly canChooseFolder: boolean;
  chooseFolder(): Promise<string | null>;
  openExternal(url: string): Promise<void>;
}
