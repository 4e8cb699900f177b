import { noPositions, type FleetFacts } from './fleet-facts.ts';
import type { ListItem, ListPlace, Name, Scope } from './outline.ts';
import { everywhere, identityKeys, isAt, type Found, type Source } from './source.ts';

/** What people call the sets in which hosts are declared. */
const containers = new Set([
  ...['nixosConfigurations', 'colmena', 'colmenaHive', 'hive', 'nodes', 'hosts', 'machines', 'systems', 'servers'],
  ...['inventory', 'fleet', 'devices', 'registry', 'nixosHosts', 'hostConfigs'],
]);
/** Names of a hive that are no hosts. */
const reserved = new Set(['meta', 'network', 'defaults']);

export function isContainer(name: string | null): boolean {
  return name !== null && containers.has(name);
}

export interface NameDeclaration extends Found<Name> {
  /** Evaluation or the name of the set says that it is one; else only that all its neighbours are hosts too. */
  readonly isSure: boolean;
}

export interface ItemDeclaration extends Found<ListItem> {
  readonly list: ListPlace;
  /** False for a bare name in a list of names. */
  readonly isSure: boolean;
}

export interface Declarations {
  readonly names: readonly NameDeclaration[];
  readonly items: readonly ItemDeclaration[];
  /** Folders with the host's name that have Nix files in them, and Nix files named as it. */
  readonly paths: readonly string[];
}

function isInside(host: string, within: Scope | null): boolean {
  for (let scope = within; scope !== null; scope = scope.outer)
    if (scope.kind === 'entry' && scope.name === host) return true;
  return false;
}

/** Everything that declares a host: names bound to it, items of lists, files and folders of its own. */
export function declarationsOf(facts: FleetFacts, host: string): Declarations {
  const { hosts, sources, positions } = facts;
  const all = new Set(hosts.map(({ name }): string => name));
  const { declared } = positions.get(host) ?? noPositions;
  const names = everywhere(sources, (outline) => outline.names).flatMap((found): NameDeclaration[] => {
    const { what } = found;
    if (what.text !== host || isInside(host, what.within)) return [];
    if (isAt(declared, found) || isContainer(what.group.container)) return [{ ...found, isSure: true }];
    const siblings = [...what.group.names].filter((name) => !reserved.has(name));
    return siblings.length > 1 && siblings.every((name) => all.has(name)) ? [{ ...found, isSure: false }] : [];
  });
  const items = everywhere(sources, ({ lists }) => lists).flatMap(({ source, what: list }): ItemDeclaration[] => {
    if (isInside(host, list.within)) return [];
    const isListOfHosts = list.items.every(({ text }) => text !== null && all.has(text));
    return list.items.flatMap((item) => {
      const isNamed = [...identityKeys, '#0'].some((key) => item.says.get(key) === host);
      return isNamed || (isListOfHosts && item.text === host) ? [{ source, what: item, list, isSure: isNamed }] : [];
    });
  });
  return { names, items, paths: pathsOf(facts.files, host) };
}

/** The host's folders and Nix files; none inside another. */
function pathsOf(files: readonly string[], host: string): string[] {
  const found = new Set<string>();
  for (const file of files) {
    if (!file.endsWith('.nix')) continue;
    const parts = file.split('/');
    const at = parts.slice(0, -1).indexOf(host);
    if (at !== -1) found.add(parts.slice(0, at + 1).join('/'));
    else if (parts.at(-1) === `${host}.nix`) found.add(file);
  }
  return [...found];
}

/** The files of a folder, or the file itself. */
export function filesIn(files: readonly string[], path: string): string[] {
  return files.filter((file) => file === path || file.startsWith(`${path}/`));
}

/** Some place of a host's declaration, for a person who is to change it. */
export function placeOfHost(
  facts: FleetFacts,
  host: string,
): { readonly source: Source; readonly offset: number } | null {
  const { names, items } = declarationsOf(facts, host);
  const [best] = [...names, ...items].sort((a, b) => Number(b.isSure) - Number(a.isSure));
  return best ? { source: best.source, offset: best.what.start } : null;
}
