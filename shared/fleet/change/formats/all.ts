import type { Format } from '../outline.ts';
import { jsonFormat } from './json.ts';
import { nixFormat } from './nix.ts';
import { tomlFormat } from './toml.ts';

/** The format of a file, by the end of its name; null where hosts are not looked for in it. */
export function formatOf(path: string): Format | null {
  if (path.endsWith('.nix')) return nixFormat;
  if (path.endsWith('.json')) return jsonFormat;
  return path.endsWith('.toml') ? tomlFormat : null;
}
