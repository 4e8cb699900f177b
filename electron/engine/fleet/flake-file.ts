import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../../../shared/contract/problem.ts';
import { locate } from '../../../shared/nix/locate.ts';
import { parseNix } from '../../../shared/nix/parser.ts';
import { stringValue } from '../../../shared/nix/strings.ts';

/** What flake.nix says without being evaluated: nix itself demands that these are written out. */
export interface FlakeFile {
  readonly description: string | null;
  readonly hasInputs: boolean;
}

/** Reads the text of a flake.nix; a broken one gives what can still be told. */
export function readFlakeFile(source: string): FlakeFile {
  const { root } = parseNix(source);
  const found = locate(source, root, ['description']);
  const value = found?.kind === 'binding' ? found.binding.value : null;
  const isText = value?.kind === 'string' || value?.kind === 'indented-string';
  return {
    description: isText ? stringValue(source, value) : null,
    hasInputs: locate(source, root, ['inputs']) !== null,
  };
}

/** The facts of a fleet's flake.nix, and what is odd about its lock file. */
export function flakeFileOf(path: string): { description: string | null; problems: Problem[] } {
  const file = readFlakeFile(sourceOf(join(path, 'flake.nix')));
  const isUnlocked = file.hasInputs && !existsSync(join(path, 'flake.lock'));
  return { description: file.description, problems: isUnlocked ? [lockMissing] : [] };
}

/** Longer than any that a person wrote; a pipe or a device in its place would never end. */
const longestFile = 1024 * 1024;

/** The text of the file; empty where it is no file of a person, or not for us to read: nix says what is wrong then. */
function sourceOf(file: string): string {
  try {
    const facts = statSync(file);
    return facts.isFile() && facts.size <= longestFile ? readFileSync(file, 'utf8') : '';
  } catch {
    return '';
  }
}

const lockMissing: Problem = {
  code: 'fleet-lock-missing',
  title: 'The inputs of this flake are not locked',
  evidence: 'There is no flake.lock beside flake.nix',
  advice: ['Make one with: nix flake lock', 'Without it every evaluation takes the newest inputs.'],
};
