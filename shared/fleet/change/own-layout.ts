import type { Host } from '../../contract/host.ts';
import { changeList } from '../../nix/edit-list.ts';
import { EditError, removeAttribute, renameAttribute, setAttribute } from '../../nix/edit.ts';
import { locate } from '../../nix/locate.ts';
import { parseNix } from '../../nix/parser.ts';
import type { Splice } from '../../nix/splice.ts';
import { stringValue } from '../../nix/strings.ts';
import type { NixTree } from '../../nix/syntax.ts';
import { formatString, type NixValue } from '../../nix/value.ts';
import { hostsOf, type Layout } from '../template/layout.ts';
import type { HostChange, NewTarget } from './change.ts';
import { filesIn } from './declarations.ts';
import { noEdit, spliced, together, type Edit } from './edit.ts';
import type { FleetFacts } from './fleet-facts.ts';

/**
 * Changes of hosts in fleets that were made by us, where each thing has its place: `hosts/<name>/host.nix` in the factory
 * layout, the host's entry in `hosts` of flake.nix in the simple one. Nothing has to be searched for or tried.
 */

/** Where a host's facts are written. */
interface HostPlace {
  readonly file: string;
  readonly tree: NixTree;
  readonly prefix: readonly string[];
}

type OwnChange = Exclude<HostChange, { kind: 'add' }>;

/** @throws EditError where somebody has written it otherwise than we do */
export function ownChange(facts: FleetFacts, layout: Layout, change: OwnChange): Edit {
  const textOf = (file: string): string => {
    const source = facts.sources.find(({ path }) => path === file);
    if (!source) throw new EditError(`${file} is not there, or has a mistake in it.`);
    return source.text;
  };
  const placeOf = (name: string): HostPlace => {
    if (layout === 'factory') {
      const file = `hosts/${name}/host.nix`;
      return { file, tree: parseNix(textOf(file)), prefix: [] };
    }
    const tree = hostsOf(parseNix(textOf('flake.nix')));
    if (!tree || !locate(tree.source, tree.root, [name]))
      throw new EditError(`‘hosts’ in flake.nix has no entry ${name}.`);
    return { file: 'flake.nix', tree, prefix: [name] };
  };
  switch (change.kind) {
    case 'rename':
      return renamed(facts, layout, change, placeOf(change.name));
    case 'retire': {
      const { file, tree, prefix } = placeOf(change.name);
      const removed = filesIn(facts.files, `hosts/${change.name}`);
      const entry = prefix.length === 0 ? [] : removeAttribute(tree, prefix);
      return together([{ ...noEdit, removed }, spliced(file, ...entry)]);
    }
    case 'retarget':
      return retargeted(placeOf(change.name), change.target);
    case 'retag':
      return together(
        change.names.map((name) => {
          const host = facts.hosts.find((item) => item.name === name);
          return host ? retagged(placeOf(name), host, change) : noEdit;
        }),
      );
  }
}

function renamed(
  facts: FleetFacts,
  layout: Layout,
  { name, newName }: Extract<OwnChange, { kind: 'rename' }>,
  place: HostPlace,
): Edit {
  const folder = `hosts/${name}`;
  const called = facts.sources
    .filter(({ path }) => path.startsWith(`${folder}/`))
    .flatMap(({ path, outline }) => {
      const own = outline.literals.filter(({ key, value }) => key === 'hostName' && value === name);
      return own.map(({ start, end }) => spliced(path, { start, end, text: formatString(newName) }));
    });
  // The words that we begin the file with.
  const words = (host: string): string => `# What the tools must know of ${host} before`;
  if (layout === 'factory' && place.tree.source.startsWith(words(name))) {
    called.push(spliced(place.file, { start: 0, end: words(name).length, text: words(newName) }));
  }
  const entry =
    layout === 'simple' ? spliced(place.file, ...renameAttribute(place.tree, place.prefix, newName)) : noEdit;
  return together([{ ...noEdit, moves: [{ from: folder, to: `hosts/${newName}` }] }, entry, ...called]);
}

/** True where the host is not deployed over SSH: `deployment = null`, or nothing said. */
function isUndeployed({ tree, prefix }: HostPlace): boolean {
  const found = locate(tree.source, tree.root, [...prefix, 'deployment']);
  return (
    !found ||
    (found.kind === 'binding' && tree.source.slice(found.binding.value.start, found.binding.value.end) === 'null')
  );
}

function retargeted(place: HostPlace, { address, user, port }: NewTarget): Edit {
  const { file, tree, prefix } = place;
  // The flake that we write takes root where no user is said.
  const values: Record<string, NixValue> = {
    targetHost: address,
    ...(user === undefined ? {} : { targetUser: user ?? 'root' }),
    ...(port === null || port === undefined ? {} : { targetPort: port }),
  };
  const path = [...prefix, 'deployment'];
  if (isUndeployed(place)) {
    const type = writtenValue(tree, [...prefix, 'type']);
    const whole = { targetHost: address, targetUser: 'root', ...values, tags: typeof type === 'string' ? [type] : [] };
    return spliced(file, ...setAttribute(tree, path, whole));
  }
  const set = Object.entries(values).filter(([key, value]) => writtenValue(tree, [...path, key]) !== value);
  const splices = set.flatMap(([key, value]) => setAttribute(tree, [...path, key], value));
  // Two new lines at one place are one splice.
  const [first, ...rest] = splices.toSorted((a, b) => a.start - b.start);
  const joined = rest.reduce<Splice[]>(
    (all, splice) => {
      const last = all.at(-1);
      const isSame = last?.start === splice.start && last.end === splice.end && splice.start === splice.end;
      return last && isSame ? [...all.slice(0, -1), { ...last, text: last.text + splice.text }] : [...all, splice];
    },
    first ? [first] : [],
  );
  return spliced(file, ...joined, ...(port === null ? removeAttribute(tree, [...path, 'targetPort']) : []));
}

/** A text or number as it stands in the file; undefined where nothing of the sort does. */
function writtenValue(tree: NixTree, path: readonly string[]): NixValue | undefined {
  const found = locate(tree.source, tree.root, path);
  if (found?.kind !== 'binding') return undefined;
  const { value } = found.binding;
  if (value.kind === 'string') return stringValue(tree.source, value) ?? undefined;
  return value.kind === 'integer' ? Number(tree.source.slice(value.start, value.end)) : undefined;
}

function retagged(place: HostPlace, { name }: Host, { add, remove }: Extract<OwnChange, { kind: 'retag' }>): Edit {
  const { file, tree, prefix } = place;
  const path = [...prefix, 'deployment', 'tags'];
  if (isUndeployed(place)) {
    throw new EditError(`${name} is not deployed over SSH, so it has no tags. Give it an address first.`);
  }
  const found = locate(tree.source, tree.root, path);
  if (!found) return add.length === 0 ? noEdit : spliced(file, ...setAttribute(tree, path, [...new Set(add)]));
  const list = found.kind === 'binding' ? found.binding.value : null;
  if (list?.kind !== 'list') throw new EditError(`The tags of ${name} are not written out as a list in ${file}.`);
  const texts = list.items.map((item) => (item.kind === 'string' ? stringValue(tree.source, item) : null));
  const added = [...new Set(add)].filter((tag) => !texts.includes(tag));
  const kept = texts.flatMap((text, old) =>
    text !== null && remove.includes(text) && !add.includes(text) ? [] : [{ old }],
  );
  if (added.length === 0 && kept.length === texts.length) return noEdit;
  return spliced(file, ...changeList(tree.source, list, [...kept, ...added.map((value) => ({ value }))]));
}
