import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** Two suites: `unit` is pure and fast; `integration` starts real programs and the lab's hosts, three files at a time. */
export default defineConfig({
  // Runes in .svelte.ts files are compiled for tests too.
  plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })],
  test: {
    pool: 'forks',
    teardownTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 60_000,
          // Pure code leaves nothing behind: files share a process, and what they import is read once.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          // Most of their time is waiting, and each lab is a world of its own.
          maxWorkers: 3,
          globalSetup: 'test/integration/build-programs.ts',
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
