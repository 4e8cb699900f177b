import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { whyHostIsRefused } from '../../../../shared/fleet/change/change.ts';
import { factoryHostFiles, hostEntry, simpleHostFiles } from '../../../../shared/fleet/template/host-files.ts';
import { hostsOf, layoutOf } from '../../../../shared/fleet/template/layout.ts';
import type { FileSet, NewHost } from '../../../../shared/fleet/template/options.ts';
import { EditError, setAttribute } from '../../../../shared/nix/edit.ts';
import { parseNix } from '../../../../shared/nix/parser.ts';
import { applySplices } from '../../../../shared/nix/splice.ts';
import { badValue, foreignLayout } from './errors.ts';

/** The change that adds a host: new files, and for the simple layout flake.nix with one entry more. */
export interface HostChange {
  readonly folder: string;
  readonly newFiles: FileSet;
  readonly changedFiles: readonly { readonly path: string; readonly before: string; readonly after: string }[];
}

/** Works out how a host is added to a fleet of one of our layouts, and writes nothing. @throws ProblemError */
export async function planHost(folder: string, host: NewHost): Promise<HostChange> {
  const refusal = whyHostIsRefused(host);
  if (refusal !== null) throw badValue(refusal.what, refusal.value, refusal.reason);
  const path = resolve(folder);
  const flakePath = join(path, 'flake.nix');
  const flake = await readFile(flakePath, 'utf8').catch(() => '');
  const layout = layoutOf(flake);
  if (layout === null) throw foreignLayout(path);
  if (existsSync(join(path, 'hosts', host.name))) throw badValue('host name', host.name, 'is already taken');
  if (layout === 'factory') return { folder: path, newFiles: factoryHostFiles(host), changedFiles: [] };
  const after = withEntry(flake, host);
  return { folder: path, newFiles: simpleHostFiles(host), changedFiles: [{ path: 'flake.nix', before: flake, after }] };
}

/** flake.nix of the simple layout with the entry of a host: a new one, or in place of the one that is there. */
export function withEntry(flake: string, host: NewHost): string {
  const hosts = hostsOf(parseNix(flake));
  if (!hosts) throw new EditError('‘hosts’ is not there.');
  return applySplices(flake, setAttribute(hosts, [host.name], hostEntry(host)));
}
