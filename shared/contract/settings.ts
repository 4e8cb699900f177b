import { z } from 'zod';
import { procedure } from './base.ts';
import { watchdogSeconds } from './deploy.ts';

/** What a person chose; remembered across restarts. `version` grows when the shape changes. */
export const settings = z.object({
  version: z.literal(1),
  theme: z.enum(['system', 'light', 'dark']),
  hostView: z.enum(['table', 'cards']),
  isJobDrawerOpen: z.boolean(),
  /** Seconds between questions to the hosts of an open fleet; 0 asks only on request. */
  statusIntervalSeconds: z.int().min(0).max(3600),
  /** Whether the window tells on the desktop that a job is over while it is hidden. */
  notifiesOfJobs: z.boolean(),
  /** How the window's deploys are guarded; `fleet`: as the fleet says of each host, else for 60 s. */
  watchdog: z.union([watchdogSeconds, z.enum(['fleet', 'off'])]),
});
export type Settings = z.infer<typeof settings>;

export const defaultSettings: Settings = {
  version: 1,
  theme: 'system',
  hostView: 'table',
  isJobDrawerOpen: false,
  statusIntervalSeconds: 60,
  notifiesOfJobs: false,
  watchdog: 'fleet',
};

export const settingsContract = {
  get: procedure.output(settings),
  set: procedure.input(settings.omit({ version: true }).partial()).output(settings),
};
