import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommand } from './checks/run-command.ts';
import { root } from './places.ts';

/** Where the built page lies; both doors serve it from here. */
export const pageFolder = join(root, 'dist', 'renderer');
const stateFile = join(root, 'dist', 'renderer.inputs');
const inputs = ['renderer', 'shared', 'build/vite', 'package-lock.json'];

/** A hash over names and contents of everything that the page is made from. */
function inputsKey(): string {
  const hash = createHash('sha256');
  const take = (path: string) =>
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(root, path)))
      .update('\0');
  for (const input of inputs) {
    if (!existsSync(join(root, input))) continue;
    if (input.endsWith('.json')) take(input);
    else {
      const entries = readdirSync(join(root, input), { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
      for (const file of files.sort()) take(file.slice(root.length + 1));
    }
  }
  return hash.digest('hex');
}

/** True where the built page is that of the sources as they are now. */
export function isPageFresh(): boolean {
  const hasPage = existsSync(join(pageFolder, 'index.html')) && existsSync(stateFile);
  return hasPage && readFileSync(stateFile, 'utf8') === inputsKey();
}

/** Builds the page with Vite. */
export async function buildPage(): Promise<{ isBuilt: boolean; output: string }> {
  const key = inputsKey();
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const { exitCode, output } = await runCommand([
    process.execPath,
    vite,
    'build',
    '--config',
    join(root, 'build', 'vite', 'renderer.ts'),
    '--logLevel',
    'warn',
  ]);
  if (exitCode === 0) {
    mkdirSync(dirname(stateFile), { recursive: true });
    writeFileSync(stateFile, key);
  }
  return { isBuilt: exitCode === 0, output };
}
