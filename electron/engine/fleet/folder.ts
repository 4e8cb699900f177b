import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { Fleet } from '../../../shared/contract/fleet.ts';
import { fleetId, type FleetId } from '../../../shared/contract/ids.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import { isFlakeReference } from '../../../shared/fleet/fleet-reference.ts';
import { workTreeRoot } from '../git/root.ts';
import { fleetReadOnly, folderMissing, noFlake } from './errors.ts';

/** The folder of a fleet, before anything of it is read. Paths are absolute, without symbolic links. */
export interface FleetFolder {
  readonly id: FleetId;
  /** What opens it again: its path, or the reference that it was fetched by. */
  readonly origin: string;
  readonly name: string;
  readonly path: string;
  readonly form: 'flake' | 'hive.nix';
  /** The top of the git work tree around it; null: not in git. */
  readonly workTree: string | null;
  /** Path of the fleet below `workTree`, with `/`, empty at its top. */
  readonly subfolder: string;
  /** What nix is given: the same reference that nix itself makes of the path, or the path of hive.nix. */
  readonly ref: string;
  /** Set where `path` is nix's own copy of something elsewhere, which is never edited. */
  readonly remote: Fleet['remote'];
  /** Its copy in the store, of what was fetched, which nix names in positions; `path` is there too where nix is here. */
  readonly storePath?: string;
  /** What was odd about finding it. */
  readonly problems: readonly Problem[];
}

/** The id of the fleet at a real path (absolute, without symbolic links), or behind a flake reference. */
export function fleetIdOf(origin: string): FleetId {
  return fleetId.parse(createHash('sha256').update(origin).digest('hex').slice(0, 16));
}

/** A path as it stands in a URL: every character but unreserved ones and `/` is percent-encoded (RFC 3986). */
function urlPath(path: string): string {
  return path
    .split('/')
    .map((part) =>
      encodeURIComponent(part).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
    )
    .join('/');
}

function flakeReference(path: string, workTree: string | null, subfolder: string): string {
  if (workTree === null) return `path:${urlPath(path)}`;
  const query = [
    ...(subfolder === '' ? [] : [`dir=${urlPath(subfolder)}`]),
    // As nix does for a path: a shallow clone is refused unless it is said.
    ...(existsSync(join(workTree, '.git', 'shallow')) ? ['shallow=1'] : []),
  ];
  return `git+file://${urlPath(workTree)}${query.length === 0 ? '' : `?${query.join('&')}`}`;
}

/** `~` and `~/…` as a person types them in a path field, where no shell has expanded them. */
export function expandHome(path: string, home = homedir()): string {
  return path === '~' || path.startsWith(`~${sep}`) ? home + path.slice(1) : path;
}

function nearestFlakeAbove(path: string): string | null {
  for (let at = dirname(path); ; at = dirname(at)) {
    if (existsSync(join(at, 'flake.nix'))) return at;
    if (dirname(at) === at) return null;
  }
}

/**
 * Finds the fleet at a path: a folder with flake.nix (or, without one, hive.nix), or one of these files itself.
 * @throws ProblemError `fleet-folder-missing`, `fleet-no-flake`, `fleet-read-only` for a flake reference
 */
export function findFleetFolder(path: string): FleetFolder {
  // Only what would change something looks for a folder behind a reference.
  if (isFlakeReference(path) && !existsSync(path)) throw fleetReadOnly(path);
  let folder: string;
  try {
    const named = resolve(expandHome(path));
    const isFile = ['flake.nix', 'hive.nix'].includes(basename(named)) && statSync(named).isFile();
    folder = realpathSync(isFile ? dirname(named) : named);
    if (!statSync(folder).isDirectory()) throw new Error(`${folder} is not a folder`);
    accessSync(folder, constants.R_OK | constants.X_OK);
  } catch (cause) {
    throw folderMissing(path, cause);
  }
  const form = existsSync(join(folder, 'flake.nix'))
    ? 'flake'
    : existsSync(join(folder, 'hive.nix'))
      ? 'hive.nix'
      : null;
  if (form === null) throw noFlake(folder, nearestFlakeAbove(folder));
  const workTree = workTreeRoot(folder);
  const subfolder = workTree === null ? '' : relative(workTree, folder).split(sep).join('/');
  return {
    id: fleetIdOf(folder),
    origin: folder,
    name: basename(folder) || folder,
    path: folder,
    remote: null,
    problems: [],
    form,
    workTree,
    subfolder,
    ref: form === 'flake' ? flakeReference(folder, workTree, subfolder) : join(folder, 'hive.nix'),
  };
}
