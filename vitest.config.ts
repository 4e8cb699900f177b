import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests that install and deploy hosts take minutes: they come first, so that no worker is alone with one at the end. */
class HostsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => /\/(?:install|deploy)[^/]*$/.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

/**
 * Three suites: `unit` is pure and fast; `integration` starts real programs and the lab's hosts, five files at a time;
 * `machines` starts virtual machines: with real boot loaders, and to put layouts on their disks with the real disko.
 */
export default defineConfig({
  // Runes in .svelte.ts files are compiled for tests too.
  plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })],
  test: {
    pool: 'forks',
    teardownTimeout: 60_000,
    sequence: { sequencer: HostsFirst },
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
          maxWorkers: 5,
          globalSetup: 'test/integration/build-programs.ts',
          // An install that fails, is mended and goes on takes a minute alone, and twice that among others.
          testTimeout: 240_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        // An emulated processor keeps a real one busy.
        test: { name: 'machines', include: ['test/machines/**/*.test.ts'], maxConcurrency: 2, testTimeout: 600_000 },
      },
    ],
  },
});
