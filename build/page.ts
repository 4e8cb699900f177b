import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { pageFolder } from '../electron/doors/app-folder.ts';
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

/** Beside its place first, then moved: whoever serves the page meanwhile has the old one or the new one. */
async function makePage(): Promise<void> {
  // Read only when there is something to build.
  const { build } = await import('vite');
  const outDir = `${pageFolder}.${process.pid}`;
  try {
    await build({ configFile: join(root, 'build', 'vite', 'renderer.ts'), logLevel: 'error', build: { outDir } });
    rmSync(pageFolder, { recursive: true, force: true });
    renameSync(outDir, pageFolder);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new Error(`The page does not build.\n${stripVTControlCharacters(words)}`, { cause: error });
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}
