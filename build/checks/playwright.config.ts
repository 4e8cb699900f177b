import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { electronBinary } from '../electron-binary.ts';
import { root } from '../places.ts';
import { findBrowser } from '../setup/programs.js';

const chromium = findBrowser();
const isRoot = process.getuid?.() === 0;

/**
 * The same specs on two hosts: the browser door in Chromium, and the Electron window where its binary is. A spec asks
 * its project's name which one it is on (test/e2e holds the fixture that opens the app).
 */
export default defineConfig({
  testDir: join(root, 'test', 'e2e'),
  testMatch: '**/*.spec.ts',
  outputDir: join(root, 'test-results'),
  snapshotPathTemplate: join(root, 'test', 'e2e', 'snapshots', '{projectName}', '{testFileName}', '{arg}{ext}'),
  forbidOnly: true,
  globalSetup: join(root, 'test', 'e2e', 'fixtures', 'build-app.ts'),
  // Most of their time is waiting; each worker has a lab of its own, and a file's tests stay in one.
  workers: 3,
  fullyParallel: false,
  // Ends a test that hangs; a busy machine is no reason.
  timeout: 180_000,
  expect: { timeout: 20_000, toHaveScreenshot: { maxDiffPixelRatio: 0.02 } },
  reporter: [['list'], ['./playwright-counts.ts']],
  use: {
    viewport: { width: 1280, height: 800 },
    trace: 'off',
    screenshot: 'only-on-failure',
    // What moves while a job runs is drawn by the processor here, which has hosts to run.
    contextOptions: { reducedMotion: 'reduce' },
    launchOptions: {
      ...(chromium === null ? {} : { executablePath: chromium }),
      // Chromium refuses its sandbox as root.
      ...(isRoot ? { chromiumSandbox: false } : {}),
      // No graphics card is needed, no process kept warm for a next page, and nothing fetched that no test asks for.
      args: [
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--renderer-process-limit=1',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'browser' },
    // The same specs behind Electron: a choice of them in its stand-in everywhere, all of them where its binary is.
    { name: 'electron-stand-in', grep: /@desktop/ },
    ...(existsSync(electronBinary()) ? [{ name: 'electron' }] : []),
  ],
});
