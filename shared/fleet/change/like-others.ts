import type { Host } from '../../contract/host.ts';
import { spliced, type Edit } from './edit.ts';
import type { FleetFacts, Way } from './fleet-facts.ts';
import type { Name, Value } from './outline.ts';
import { identityKeys, type Source } from './source.ts';

/**
 * Where other hosts have something among their own data (`north.port`, a record with `tags`), a host that has it not gets
 * it in the same way, beside what it has.
 * @param keys what it may be called
 */
export function waysLikeOthers(
  { sources, hosts }: FleetFacts,
  host: Host,
  keys: readonly string[],
  value: Value,
): Way<Edit>[] {
  const others = new Set(hosts.map(({ name }): string => name).filter((name) => name !== host.name));
  return sources.flatMap((source) => {
    const { names } = source.outline;
    const known = names.find(
      (name) => keys.includes(name.text) && (ownerIn(name, others) || isInRecordOf(source, name, others)),
    );
    const beside = known && besideIn(source, host.name, known);
    if (!known || !beside || beside.group.names.has(known.text)) return [];
    const splice = source.format.bindBeside(source.text, beside, known.text, value);
    return splice ? [{ edit: spliced(source.path, splice), place: { file: source.path, offset: beside.start } }] : [];
  });
}

/** The host whose set a name stands in directly. */
function ownerIn({ path }: Name, hosts: ReadonlySet<string>): boolean {
  const owner = path.at(-2);
  return typeof owner === 'string' && hosts.has(owner);
}

/** True for a name in an item of a list that says it is about one of the hosts. */
function isInRecordOf(source: Source, { start, within }: Name, hosts: ReadonlySet<string>): boolean {
  return (
    within?.kind === 'record' &&
    source.outline.lists.some(({ items }) =>
      items.some(
        (item) =>
          item.start <= start && start < item.end && identityKeys.some((key) => hosts.has(item.says.get(key) ?? '')),
      ),
    )
  );
}

/** The last thing that is said of the host in the same kind of place. */
function besideIn({ outline }: Source, host: string, known: Name): Name | undefined {
  const { names, lists } = outline;
  const wanted = [...known.path.slice(0, -2), host].join('\0');
  const isOwn = ({ path }: Name): boolean =>
    path.length === known.path.length && path.length > 1 && path.slice(0, -1).join('\0') === wanted;
  const item = lists
    .flatMap(({ items }) => items)
    .find(({ says }) => identityKeys.some((key) => says.get(key) === host));
  const inItem = item && names.filter(({ start }) => item.start <= start && start < item.end);
  return names.findLast(isOwn) ?? inItem?.find(({ text }) => identityKeys.includes(text));
}
