import type { Host } from '../../contract/host.ts';
import type { NewTarget } from './change.ts';
import { spliced, together, type Edit } from './edit.ts';
import { noPositions, type FleetFacts, type Way } from './fleet-facts.ts';
import type { ListPlace, Literal, Name, Value } from './outline.ts';
import { waysLikeOthers } from './like-others.ts';
import { belongsTo, everywhere, isAt, type Found, type Source } from './source.ts';

/** Where a host answers, as the field of a change is named. */
export type TargetField = 'address' | 'user' | 'port';

/** By what a declaration says it: colmena's and deploy-rs's names first, then what people call it in data of their own. */
const keys: Readonly<Record<TargetField, readonly string[]>> = {
  address: ['targetHost', 'hostname', 'address', 'addr', 'ip', 'ipv4', 'ipv6', 'host', 'target', 'fqdn', 'domain'],
  user: ['targetUser', 'sshUser', 'user', 'username', 'login'],
  port: ['targetPort', 'sshPort', 'port'],
};
/** colmena's `deployment` and deploy-rs's node: beside one of their settings there is room for another. */
const deploymentKeys = ['targetHost', 'targetUser', 'targetPort', 'tags', 'buildOnTarget', 'allowLocalDeployment'];
const hives = ['colmena', 'colmenaHive', 'hive'];

export interface ValueQuestion {
  readonly host: Host;
  readonly field: TargetField;
  readonly old: string | number | null;
  readonly now: string | number | null;
}

/** What of a target changes. */
export function changedFields(host: Host, target: NewTarget): ValueQuestion[] {
  const { target: old } = host;
  const questions: ValueQuestion[] = [
    { host, field: 'address', old: old?.host ?? null, now: target.address },
    { host, field: 'user', old: old?.user ?? null, now: target.user === undefined ? (old?.user ?? null) : target.user },
    { host, field: 'port', old: old?.port ?? null, now: target.port === undefined ? (old?.port ?? null) : target.port },
  ];
  return questions.filter(({ old: before, now }) => before !== now);
}

/** Ways to change one value of a host's target, the likeliest first. Evaluation tells which of them does it. */
export function valueWays(facts: FleetFacts, question: ValueQuestion): Way<Edit>[] {
  return [
    ...replacements(facts, question),
    ...sshOptionWays(facts, question),
    ...removals(facts, question),
    ...additions(facts, question),
    ...(question.now === null ? [] : waysLikeOthers(facts, question.host, keys[question.field], question.now)),
  ];
}

function placeOf({ source, what }: Found<{ readonly start: number }>): Way<Edit>['place'] {
  return { file: source.path, offset: what.start };
}

function isSame(value: string | number | null, wanted: string | number | null): boolean {
  return value !== null && wanted !== null && String(value) === String(wanted);
}

/** The value as it is written out now: at its evaluated place, beside the host, or in one place of the whole fleet. */
function replacements({ sources, positions }: FleetFacts, { host, field, old, now }: ValueQuestion): Way<Edit>[] {
  if (old === null || now === null) return nullReplacements({ sources, positions }, { host, field, now });
  const { values } = positions.get(host.name) ?? noPositions;
  const names = everywhere(sources, ({ names: all }) => all);
  const all = everywhere(sources, ({ literals }) => literals).filter(({ what }) => isSame(what.value, old));
  const isPlaced = ({ source, what }: Found<Literal>): boolean =>
    names.some((name) => name.source === source && name.what.value?.start === what.start && isAt(values, name));
  const ranked = all.flatMap((found) => {
    const { what, source } = found;
    const isKey = what.key !== null && keys[field].includes(what.key);
    // A text such as `root` or the host's own name means many things.
    const isTelling = field === 'address' && old !== host.name;
    if (isPlaced(found)) return [{ found, rank: 0 }];
    if (belongsTo(host.name, source, what.within))
      return isKey ? [{ found, rank: 1 }] : isTelling ? [{ found, rank: 2 }] : [];
    return isTelling && all.length === 1 ? [{ found, rank: 3 }] : [];
  });
  const sorted = ranked.sort((a, b) => a.rank - b.rank).map(({ found }) => found);
  const write = (found: Found<Literal>): Edit => {
    const { source, what } = found;
    const value = typeof what.value === 'number' ? Number(now) : String(now);
    const { start, end } = what;
    return spliced(source.path, { start, end, text: source.format.formatValue(value, '') });
  };
  const ways = sorted.map((found) => ({ edit: write(found), place: placeOf(found) }));
  // The same address can stand for the host in two outputs.
  const [first] = sorted;
  return first && sorted.length > 1 ? [...ways, { edit: together(sorted.map(write)), place: placeOf(first) }] : ways;
}

/** `targetHost = null;`, `deployment = null;`: what says that there is nothing. */
function nullReplacements(
  { sources, positions }: Pick<FleetFacts, 'sources' | 'positions'>,
  { host, field, now }: Pick<ValueQuestion, 'host' | 'field' | 'now'>,
): Way<Edit>[] {
  const { values } = positions.get(host.name) ?? noPositions;
  return everywhere(sources, ({ names }) => names).flatMap((found) => {
    const { source, what } = found;
    const { value } = what;
    if (!what.isLast || value === null || source.text.slice(value.start, value.end) !== 'null') return [];
    if (!isAt(values, found) && !belongsTo(host.name, source, what.within)) return [];
    const whole = what.text === 'deployment' && field === 'address' && now !== null ? { targetHost: now } : null;
    if (whole === null && (!keys[field].includes(what.text) || now === null)) return [];
    const text = source.format.formatValue(whole ?? now, '');
    return [{ edit: spliced(source.path, { ...value, text }), place: placeOf(found) }];
  });
}

/** deploy-rs: the port is one of ssh's options, `-p` and the number behind it. */
function sshOptionWays({ sources }: FleetFacts, { host, field, old, now }: ValueQuestion): Way<Edit>[] {
  if (field !== 'port') return [];
  return everywhere(sources, ({ lists }) => lists).flatMap((found) => {
    const { source, what } = found;
    if (what.key !== 'sshOpts' || !belongsTo(host.name, source, what.within)) return [];
    const splices = portSplices(source, what, old, now);
    return splices.length === 0 ? [] : [{ edit: spliced(source.path, ...splices), place: placeOf(found) }];
  });
}

function portSplices({ text, format }: Source, list: ListPlace, old: ValueQuestion['old'], now: ValueQuestion['now']) {
  const port = now === null ? null : String(now);
  const at = list.items.findIndex((item, index) => isSame(item.text, old) && list.items[index - 1]?.text === '-p');
  const [flag, value] = at === -1 ? [] : [list.items[at - 1], list.items[at]];
  if (value && port !== null) return [{ start: value.start, end: value.end, text: format.formatValue(port, '') }];
  if (flag?.text && value?.text) return format.changeList(text, list, { add: [], remove: [flag.text, value.text] });
  return old === null && port !== null ? format.changeList(text, list, { add: ['-p', port], remove: [] }) : [];
}

/** To say nothing: `targetUser = null`, or no such line. */
function removals({ sources, positions }: FleetFacts, { host, field, old, now }: ValueQuestion): Way<Edit>[] {
  if (now !== null || old === null) return [];
  const { values } = positions.get(host.name) ?? noPositions;
  const named = everywhere(sources, ({ names }) => names).filter(
    (found) =>
      found.what.isLast &&
      keys[field].includes(found.what.text) &&
      (isAt(values, found) || belongsTo(host.name, found.source, found.what.within)),
  );
  const isSaid = ({ source, what }: Found<Name>): boolean =>
    source.outline.literals.some(({ start, value }) => start === what.value?.start && isSame(value, old));
  return named.filter(isSaid).flatMap((found) => {
    const { source, what } = found;
    const { text, format } = source;
    const gone = { edit: spliced(source.path, format.remove(text, what.entry)), place: placeOf(found) };
    if (field !== 'user' || !what.value || source.path.endsWith('.toml')) return [gone];
    return [{ edit: spliced(source.path, { ...what.value, text: 'null' }), place: placeOf(found) }, gone];
  });
}

/** Beside what is said of the host's deployment already, else inside its declaration. */
function additions(facts: FleetFacts, { host, field, now }: ValueQuestion): Way<Edit>[] {
  // colmena deploys as root where nothing is said; what the user's ssh configuration says has to be asked for.
  if (now === null && field !== 'user') return [];
  return deploymentWays(facts, host, (isDeployRs) => {
    if (!isDeployRs) return { key: keys[field][0] ?? '', value: now };
    if (now === null) return null;
    if (field === 'port') return { key: 'sshOpts', value: ['-p', String(now)] };
    return { key: keys[field][1] ?? '', value: now };
  });
}

/**
 * Ways to say one thing more of how a host is deployed.
 * @param entry what is said, in colmena's or in deploy-rs's words; null: it cannot be said there
 */
export function deploymentWays(
  { sources, positions }: FleetFacts,
  host: Host,
  entry: (isDeployRs: boolean) => { readonly key: string; readonly value: Value } | null,
): Way<Edit>[] {
  const { values, declared } = positions.get(host.name) ?? noPositions;
  const names = everywhere(sources, (outline) => outline.names);
  const own = names.filter((found) => isAt(values, found) || belongsTo(host.name, found.source, found.what.within));
  const beside = own.flatMap((found): Way<Edit>[] => {
    const { source, what } = found;
    const isColmena = deploymentKeys.includes(what.text) && (what.path.at(-2) === 'deployment' || isAt(values, found));
    const isDeployRs = what.text === 'hostname' && what.path.includes('nodes');
    const said = isColmena || isDeployRs ? entry(isDeployRs) : null;
    const splice =
      said && !what.group.names.has(said.key)
        ? source.format.bindBeside(source.text, what, said.key, said.value)
        : null;
    return splice ? [{ edit: spliced(source.path, splice), place: placeOf(found) }] : [];
  });
  const inside = names.flatMap((found): Way<Edit>[] => {
    const { source, what } = found;
    if (what.text !== host.name || !what.isLast || what.value === null) return [];
    const isNode =
      hives.some((hive) => what.path.includes(hive)) || (isAt(declared, found) && host.sources.includes('hive.nix'));
    const said = isNode ? entry(false) : null;
    const splice = said && source.format.bindInside(source.text, what.value, ['deployment', said.key], said.value);
    return splice ? [{ edit: spliced(source.path, splice), place: placeOf(found) }] : [];
  });
  return [...beside.slice(0, 3), ...inside];
}
