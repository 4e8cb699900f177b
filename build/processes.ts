import { makeWhenStale } from './fresh.ts';
import { bundleProcesses } from './vite/processes.ts';

/**
 * Bundles what Electron starts (main, preload, engine, runner) and the command line, unless the bundles are those of the
 * sources as they are. Started from one file, a program takes half of the time that its sources take.
 * @param onStale called before it is done
 * @returns whether it had to be done
 */
export function buildProcesses(onStale?: () => void): Promise<boolean> {
  const programs = ['runner', 'nix-host', 'nixstead'].map((name) => `dist/engine/${name}.js`);
  const outputs = ['dist/shell/main.cjs', 'dist/shell/preload.cjs', ...programs];
  return makeWhenStale('processes', ['electron', 'shared'], outputs, bundleProcesses, onStale);
}
