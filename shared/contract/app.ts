import { z } from 'zod';
import { procedure } from './base.ts';
import { problem } from './problem.ts';

export const appInfo = z.object({
  version: z.string(),
  door: z.enum(['electron', 'browser', 'cli']),
  platform: z.string(),
  homeFolder: z.string(),
  dataFolder: z.string(),
  /** True where a native folder dialog can be shown (Electron). */
  canChooseFolder: z.boolean(),
  /** A fleet that the start command named, to be opened at once. */
  initialPath: z.string().nullable(),
  /** What went wrong while starting and was survived, for example a corrupt database that was set aside. */
  notices: z.array(problem),
});
export type AppInfo = z.infer<typeof appInfo>;

export const appContract = {
  info: procedure.output(appInfo),
  /** The platform's folder dialog; null when it was closed without a choice. */
  chooseFolder: procedure.output(z.string().nullable()),
  /** Opens an address of the allow list in the user's browser. */
  openExternal: procedure.input(z.object({ url: z.url() })).output(z.void()),
};
