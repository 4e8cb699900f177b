import type { Place } from '../../../shared/contract/problem.ts';
import type { OutputLine } from './progress-view.ts';

/** Where the flake is: for people, and as nix names it. */
export interface FlakeLocation {
  /** The flake's folder, or the top of the work tree around it. */
  readonly folder?: string | undefined;
  /** nix's copy of the whole source: `/nix/store/…-source` or `«git+file://…»`. */
  readonly source?: string | null | undefined;
  /** The flake's folder below the top of the source; empty at its top. */
  readonly subfolder?: string | undefined;
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
 * A file as nix names it → as a person does: below the folder where the flake's source is, if that is known, else relative
 * to the top of the source. Null: it is no file of the flake's source.
 */
export function fileOfFlake(file: string, flake: FlakeLocation): string | null {
  const { source } = flake;
  const folder = topFolder(flake);
  if (folder !== undefined && (file === folder || file.startsWith(`${folder}/`))) return file;
  if (typeof source === 'string' && file.startsWith(`${source}/`)) {
    const inside = file.slice(source.length + 1);
    return folder === undefined ? inside : `${folder}/${inside}`;
  }
  return folder === undefined ? null : insideLabel(file, folder);
}

function topFolder({ folder, subfolder = '' }: FlakeLocation): string | undefined {
  const end = `/${subfolder}`;
  return folder !== undefined && subfolder !== '' && folder.endsWith(end) ? folder.slice(0, -end.length) : folder;
}

/** 2.34 names files that it need not copy `«git+file:///home/me/fleet?…»/hosts/x.nix`. */
function insideLabel(file: string, folder: string): string | null {
  const [, path, inside] = /^«(?:[a-z+]+:)(?:\/\/)?([^?»]*)[^»]*»\/(.+)$/.exec(file) ?? [];
  if (path === undefined || inside === undefined) return null;
  const top = decoded(path);
  return folder === top || folder.startsWith(`${top}/`) ? `${top}/${inside}` : null;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
