import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { whyNameIsRefused } from '../../../../shared/fleet/host-name.ts';
import { readAddress, whyPortIsRefused, whyUserIsRefused } from '../../../../shared/fleet/target-rules.ts';
import { factoryHostFiles, hostEntry, simpleHostFiles } from '../../../../shared/fleet/template/host-files.ts';
import type { FileSet, NewHost } from '../../../../shared/fleet/template/options.ts';
import { EditError, setAttribute } from '../../../../shared/nix/edit.ts';
import { parseNix } from '../../../../shared/nix/parser.ts';
import { applySplices } from '../../../../shared/nix/splice.ts';
import type { Let, Node, NixTree } from '../../../../shared/nix/syntax.ts';
import { children } from '../../../../shared/nix/walk.ts';
import { git } from '../../git/core.ts';
import { workTreeRoot } from '../../git/root.ts';
import { badValue, foreignLayout } from './errors.ts';
import { replaceFile, writeNewFiles } from './write-files.ts';

/** The change that adds a host: new files, and for the simple layout flake.nix with one entry more. */
export interface HostChange {
  readonly folder: string;
  readonly newFiles: FileSet;
  readonly changedFiles: readonly { readonly path: string; readonly before: string; readonly after: string }[];
}

/** Which of our layouts a flake has; null for one that somebody else wrote. */
export function layoutOf(flake: string): 'factory' | 'simple' | null {
  if (/import \.\/hosts\/\$\{name\}\/host\.nix/.test(flake) && flake.includes('builtins.readDir ./hosts'))
    return 'factory';
  return hostsBinding(parseNix(flake)) ? 'simple' : null;
}

/** Works out how a host is added, and writes nothing. @throws ProblemError */
export async function planHost(folder: string, host: NewHost): Promise<HostChange> {
  checkHost(host);
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

/** Adds a host and tells git of its files, so that the flake sees them. */
export async function addHost(folder: string, host: NewHost, signal: AbortSignal): Promise<HostChange> {
  const change = await planHost(folder, host);
  await writeNewFiles(change.folder, change.newFiles);
  for (const { path, after } of change.changedFiles) await replaceFile(join(change.folder, path), after);
  if (workTreeRoot(change.folder) !== null) {
    await git(['add', '--intent-to-add', '--', ...Object.keys(change.newFiles)], { cwd: change.folder, signal });
  }
  return change;
}

function checkHost(host: NewHost): void {
  const name = whyNameIsRefused(host.name);
  if (name !== null) throw badValue('host name', host.name, name);
  if (host.address !== null) {
    const address = readAddress(host.address);
    if (!address.ok) throw badValue('address', host.address, address.reason);
  }
  if (host.user !== null) {
    const user = whyUserIsRefused(host.user);
    if (user !== null) throw badValue('user', host.user, user);
  }
  const port = host.port === null ? null : whyPortIsRefused(host.port);
  if (port !== null) throw badValue('port', String(host.port), port);
  if (!/^\d\d\.\d\d$/.test(host.stateVersion)) {
    throw badValue('stateVersion', host.stateVersion, 'must be a release of NixOS such as 25.11');
  }
  if (!/^[a-z0-9_]+-linux$/.test(host.system)) throw badValue('system', host.system, 'must be such as x86_64-linux');
  const tag = host.tags.find((item) => !/^[A-Za-z0-9._-]+$/.test(item));
  if (tag !== undefined) throw badValue('tag', tag, 'may hold letters, digits, dots, ‘-’ and ‘_’');
}

function hostsBinding(tree: NixTree): Let | null {
  const pending: Node[] = [tree.root];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (node.kind === 'let' && node.bindings.some((item) => isHosts(tree, item))) return node;
    pending.push(...children(node));
  }
  return null;
}

function isHosts(tree: NixTree, item: Let['bindings'][number]): boolean {
  if (item.kind !== 'binding' || item.value.kind !== 'attribute-set') return false;
  return tree.source.slice(item.path.start, item.path.end) === 'hosts';
}

function withEntry(flake: string, host: NewHost): string {
  const tree = parseNix(flake);
  const scope = hostsBinding(tree);
  const binding = scope?.bindings.find((item) => isHosts(tree, item));
  if (binding?.kind !== 'binding') throw new EditError('‘hosts’ is not there.');
  const hosts: NixTree = { source: flake, root: binding.value, problems: tree.problems };
  return applySplices(flake, setAttribute(hosts, [host.name], hostEntry(host)));
}
