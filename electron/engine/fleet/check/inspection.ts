import { join } from 'node:path';
import type { Finding } from '../../../../shared/contract/finding.ts';
import type { Host } from '../../../../shared/contract/host.ts';
import { endsWith, type PlacedBinding } from '../../../../shared/nix/bindings.ts';
import type { GitStatus } from '../../git/status.ts';
import type { FleetFolder } from '../folder.ts';
import type { HostOutline, NixPosition } from '../outline.ts';
import type { Lock } from './facts/lock.ts';
import type { NixFile } from './nix-file.ts';

export type Place = Pick<Finding, 'file' | 'line'>;

/** A binding with the file that it stands in. */
export interface FoundBinding extends PlacedBinding {
  readonly file: NixFile;
}

export interface InspectionParts {
  readonly folder: FleetFolder;
  readonly files: readonly NixFile[];
  readonly lock: Lock;
  /** null: not in git. */
  readonly git: GitStatus | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly hosts: readonly Host[];
  readonly outlines: ReadonlyMap<string, HostOutline>;
  /** Names the fleet's own files in what nix says. */
  readonly localPath: (text: string) => string;
}

/** Everything about a fleet that is known before its hosts are evaluated, with ways to find places in it. */
export class Inspection {
  readonly folder: FleetFolder;
  readonly files: readonly NixFile[];
  readonly lock: Lock;
  readonly git: GitStatus | null;
  readonly now: number;
  readonly hosts: readonly Host[];
  readonly outlines: ReadonlyMap<string, HostOutline>;
  readonly #localPath: (text: string) => string;
  readonly #byPath: ReadonlyMap<string, NixFile>;

  constructor(parts: InspectionParts) {
    this.folder = parts.folder;
    this.files = parts.files;
    this.lock = parts.lock;
    this.git = parts.git;
    this.now = parts.now;
    this.hosts = parts.hosts;
    this.outlines = parts.outlines;
    this.#localPath = parts.localPath;
    this.#byPath = new Map(parts.files.map((file) => [file.path, file]));
  }

  /** A file by its path below the fleet's folder. */
  file(path: string): NixFile | null {
    return this.#byPath.get(path) ?? null;
  }

  /** flake.nix, or hive.nix in a folder without one. */
  get mainFile(): NixFile | null {
    return this.file(this.folder.form === 'flake' ? 'flake.nix' : 'hive.nix');
  }

  /** The fleet's own file that nix names (its copy in the store, a folder with default.nix, `…, via option …`). */
  fileOfNix(name: string): NixFile | null {
    const path = this.relative(name);
    return this.file(path) ?? this.file(join(path, 'default.nix'));
  }

  /** A path that nix names, relative to the fleet's folder where it lies there. */
  relative(name: string): string {
    const path = this.#localPath(name.replace(/,? via option .*$/s, ''));
    const inside = `${this.folder.path}/`;
    return path.startsWith(inside) ? path.slice(inside.length) : path;
  }

  /** Where nix says that an attribute is, in the fleet's own files. */
  position(position: NixPosition | null | undefined): { readonly file: NixFile; readonly offset: number } | null {
    const file = position ? this.fileOfNix(position.file) : null;
    return position && file ? { file, offset: file.offsetOf(position) } : null;
  }

  placeOfPosition(position: NixPosition | null | undefined): Place | null {
    const found = this.position(position);
    return found && found.file.placeOf(found.offset);
  }

  /** The bindings whose path ends so, in files that nix named, else in all. */
  find(names: readonly string[], filesOfNix: readonly string[] = []): FoundBinding[] {
    const named = filesOfNix.flatMap((name) => this.fileOfNix(name) ?? []);
    const search = (files: readonly NixFile[]): FoundBinding[] =>
      files.flatMap((file) =>
        file.bindings.filter(({ path }) => endsWith(path, names)).map((found) => ({ ...found, file })),
      );
    const inNamed = search(named);
    return inNamed.length > 0 || named.length > 0 ? inNamed : search(this.files);
  }

  /** Where something of a host is written: the one binding whose path ends so, else where the host is declared. */
  placeIn(host: string, names: readonly string[], filesOfNix: readonly string[] = []): Place {
    const found = this.find(names, filesOfNix);
    const own = found.filter(({ path, file }) => path.includes(host) || isFileOf(host, file.path));
    const [best] = own.length > 0 ? own : found;
    if (best) return best.file.placeOf(best.binding.start);
    const [named] = filesOfNix.flatMap((name) => this.fileOfNix(name) ?? []);
    return named ? { file: named.path } : this.placeOfHost(host);
  }

  /** Where a host is declared, as well as it can be told. */
  placeOfHost(host: string): Place {
    const outline = this.outlines.get(host);
    const declared = [outline?.hive, outline?.deployNode, outline?.nixosConfigurations];
    for (const position of declared) {
      const place = this.placeOfPosition(position);
      if (place) return place;
    }
    const main = this.mainFile;
    const written = main?.bindings.find(({ path }) => path.at(-1) === host);
    if (main && written) return main.placeOf(written.binding.start);
    const own = this.files.find((file) => isFileOf(host, file.path));
    return { file: own?.path ?? main?.path };
  }
}

/** True for files that lie in a folder named as the host, or are named as it. */
function isFileOf(host: string, path: string): boolean {
  const parts = path.split('/');
  return parts.slice(0, -1).includes(host) || parts.at(-1) === `${host}.nix`;
}
