import { once } from 'node:events';
import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import type { BrowserContext } from '@playwright/test';
import { findBrowser } from '../../../build/setup/programs.js';

/** Debian's Chromium as this project's tests start it: no window, nothing of its own on the network. */
export const chromiumArguments: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Chromium's program on this machine, or null. */
export const chromiumExecutable = findBrowser();

export interface RunningChromium {
  readonly context: BrowserContext;
  /** Where a test's own driver connects to the same pages. */
  readonly debuggingAddress: string;
}

/** Starts Chromium with the app's own profile below its data folder, as Electron does. */
export async function startChromium(userData: string): Promise<RunningChromium> {
  if (chromiumExecutable === null) throw new Error('The stand-in shows its windows in Chromium, which is not here');
  const profile = join(userData, 'stand-in-profile');
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumExecutable,
    args: [...chromiumArguments, '--remote-debugging-port=0'],
    serviceWorkers: 'block',
    acceptDownloads: false,
  });
  return { context, debuggingAddress: `http://127.0.0.1:${await debuggingPort(profile)}` };
}

/** Chromium writes the port that it took into its profile, soon after its driver has found it. */
async function debuggingPort(profile: string): Promise<string> {
  const file = join(profile, 'DevToolsActivePort');
  const changes = watch(profile);
  try {
    for (;;) {
      const changed = once(changes, 'change');
      const text = await readFile(file, 'utf8').catch(() => '');
      const [port, rest] = text.split('\n');
      if (port && rest) return port;
      await changed;
    }
  } finally {
    changes.close();
  }
}
