import { formatOf } from './formats/all.ts';
import type { Format, Name, Outline, Scope } from './outline.ts';

/** A file of a fleet in which hosts may be declared. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly format: Format;
  readonly outline: Outline;
}

/** Reads a file; null for one of no known format, or with mistakes in it. */
export function readSource(path: string, text: string): Source | null {
  const format = formatOf(path);
  const outline = format?.outline(text) ?? null;
  return format && outline ? { path, text, format, outline } : null;
}

/** Something found in a file. */
export interface Found<What> {
  readonly source: Source;
  readonly what: What;
}

/** Everything of one sort in all files. */
export function everywhere<What>(
  sources: readonly Source[],
  pick: (outline: Outline) => readonly What[],
): Found<What>[] {
  return sources.flatMap((source) => pick(source.outline).map((what) => ({ source, what })));
}

/** By what a set tells which host it is about. */
export const identityKeys: readonly string[] = ['name', 'hostName', 'hostname', 'host', 'machine', 'id'];

/** True for files that lie in a folder named as the host, or are named as it. */
export function isFileOf(host: string, path: string): boolean {
  const parts = path.split('/');
  return parts.slice(0, -1).includes(host) || parts.at(-1)?.replace(/\.[a-z]+$/, '') === host;
}

/** True for what is written about one host: in a file of its own, below its name, beside it, or in a call with it. */
export function belongsTo(host: string, { path }: Pick<Source, 'path'>, within: Scope | null): boolean {
  if (isFileOf(host, path)) return true;
  for (let scope = within; scope !== null; scope = scope.outer) {
    if (scope.kind === 'entry' && scope.name === host) return true;
    if (scope.kind === 'call' && scope.texts.includes(host)) return true;
    if (scope.kind === 'record' && identityKeys.some((key) => scope.says.get(key) === host)) return true;
  }
  return false;
}

/** Where evaluation says that something is written: the offset of its name, by file. */
export interface Position {
  readonly file: string;
  readonly offset: number;
}

export function isAt(positions: readonly Position[], { source, what }: Found<Pick<Name, 'start'>>): boolean {
  return positions.some(({ file, offset }) => file === source.path && offset === what.start);
}
