import { join } from 'node:path';
import { build } from 'vite';
import { makeWhenStale } from './fresh.ts';
import { root } from './places.ts';

/** Where the built page lies; both doors serve it from here. */
export const pageFolder = join(root, 'dist', 'renderer');

/**
 * Builds the page with Vite unless it is that of the sources as they are now.
 * @returns whether it had to be built
 * @throws Error with Vite's words
 */
export function buildPage(): Promise<boolean> {
  return makeWhenStale('renderer', ['renderer', 'shared'], ['dist/renderer/index.html'], async () => {
    await build({ configFile: join(root, 'build', 'vite', 'renderer.ts'), logLevel: 'warn' });
  });
}
