import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { makeWhenStale } from './fresh.ts';
import { root } from './places.ts';

/**
 * Builds the page with Vite unless it is that of the sources as they are now.
 * @param onStale called before it is built
 * @returns whether it had to be built
 * @throws Error with Vite's words
 */
export function buildPage(onStale?: () => void): Promise<boolean> {
  return makeWhenStale('renderer', ['renderer', 'shared'], ['dist/renderer/index.html'], makePage, onStale);
}

async function makePage(): Promise<void> {
  // Read only when there is something to build.
  const { build } = await import('vite');
  try {
    await build({ configFile: join(root, 'build', 'vite', 'renderer.ts'), logLevel: 'error' });
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new Error(`The page does not build.\n${stripVTControlCharacters(words)}`, { cause: error });
  }
}
