import type { Place } from '../../../shared/contract/problem.ts';
import type { OutputLine } from './progress-view.ts';

/** Where the flake is: its folder for people, and nix's copy of it in the store (or `«git+file://…»`). */
export interface FlakeLocation {
  readonly folder?: string | undefined;
  readonly source?: string | null | undefined;
}

/** `at FILE:LINE:COLUMN:` of a trace. */
const tracePosition = /^\s*at (.+):(\d+):(\d+):?$/gm;
/** The module system's own words on where a value was set. */
const definition = /^- In [`‘]([^'’\n]+)['’]/m;
/** nixpkgs' library: an error surfaces there, and is never made there. */
const library = /\/lib\/[a-z-]+\.nix$|^<nix\/|^«(?:nix-internal|flakes-internal|string|none)»/;

/**
 * The place that a person should open: the innermost one in the flake's own files that nix names (the error's own, else
 * the last of its trace, else the file of the definition that is at fault), else the error's own if it is in no library.
 */
export function placeOfError(error: OutputLine, flake: FlakeLocation): Place | undefined {
  const candidates: Place[] = error.place === null ? [] : [error.place];
  for (const found of [...error.trace.matchAll(tracePosition)].reverse()) {
    candidates.push({ file: found[1] ?? '', line: Number(found[2]), column: Number(found[3]) });
  }
  const defined = definition.exec(error.text)?.[1];
  if (defined !== undefined && defined !== '<unknown-file>') candidates.push({ file: defined });
  for (const candidate of candidates) {
    const file = fileOfFlake(candidate.file, flake);
    if (file !== null) return { ...candidate, file };
  }
  return error.place === null || library.test(error.place.file) ? undefined : error.place;
}

/**
 * A file as nix names it → as a person does: below the flake's folder if that is known, else relative to the flake's top.
 * Null: it is no file of the flake.
 */
export function fileOfFlake(file: string, flake: FlakeLocation): string | null {
  const { folder, source } = flake;
  if (folder !== undefined && (file === folder || file.startsWith(`${folder}/`))) return file;
  const isInSource = typeof source === 'string' && file.startsWith(`${source}/`);
  const inside = isInSource ? file.slice(source.length + 1) : insideLabel(file, folder);
  if (inside === null) return null;
  return folder === undefined ? inside : `${folder}/${inside}`;
}

/** 2.34 names files that it need not copy `«git+file:///home/me/fleet?…»/hosts/x.nix`. */
function insideLabel(file: string, folder: string | undefined): string | null {
  if (folder === undefined) return null;
  const found = /^«(?:[a-z+]+:)(?:\/\/)?([^?»]*)[^»]*»\/(.+)$/.exec(file);
  return found !== null && decoded(found[1] ?? '') === folder ? (found[2] ?? null) : null;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
