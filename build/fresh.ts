import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './places.ts';

/** A hash over the names and contents of files and folders, given relative to the project. */
function keyOf(inputs: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of inputs.flatMap(filesOf)) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesOf(input: string): string[] {
  const path = join(root, input);
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [input];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

/**
 * Makes something in dist/ unless it was made from inputs with the very same contents.
 * @param name of the thing, for the file that remembers its inputs
 * @param outputs files that must be there, relative to the project
 * @param onStale called before it is made
 * @returns whether it had to be made
 */
export async function makeWhenStale(
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  make: () => Promise<void>,
  onStale: () => void = () => {},
): Promise<boolean> {
  const memory = join(root, 'dist', `${name}.inputs`);
  const key = keyOf([...inputs, 'build/vite', 'package-lock.json']);
  const isThere = outputs.every((output) => existsSync(join(root, output))) && existsSync(memory);
  if (isThere && readFileSync(memory, 'utf8') === key) return false;
  onStale();
  await make();
  mkdirSync(dirname(memory), { recursive: true });
  writeFileSync(memory, key);
  return true;
}
