import { z } from 'zod';
import { procedure } from './base.ts';
import { watchdogSeconds } from './deploy.ts';
import { problem } from './problem.ts';

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
  /** Where nix runs in place of this computer, as `user@host` or `user@host:port`; null: here. */
  nixHost: z.string().min(1).max(300).nullable(),
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
  nixHost: null,
};

/** What trying a machine came to. A key that nobody has confirmed wants a person; then it is tried again with it. */
export const nixHostAnswer = z.discriminatedUnion('state', [
  z.object({ state: z.literal('fine'), version: z.string() }),
  z.object({ state: z.literal('unknown-host-key'), type: z.string(), fingerprint: z.string() }),
  z.object({ state: z.literal('failed'), problem }),
]);
export type NixHostAnswer = z.infer<typeof nixHostAnswer>;

export const settingsContract = {
  get: procedure.output(settings),
  set: procedure.input(settings.omit({ version: true }).partial()).output(settings),
  /** Whether nix could run on a machine. `accepted`: the fingerprint that a person has compared; its key is kept. */
  tryNixHost: procedure
    .input(z.object({ place: z.string().min(1).max(300), accepted: z.string().max(200).optional() }))
    .output(nixHostAnswer),
};
