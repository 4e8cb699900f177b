import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
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
    try {
      await build({ configFile: join(root, 'build', 'vite', 'renderer.ts'), logLevel: 'error' });
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      throw new Error(`The page does not build.\n${stripVTControlCharacters(words)}`, { cause: error });
    }
  });
}
