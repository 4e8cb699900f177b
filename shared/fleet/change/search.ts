import type { Host } from '../../contract/host.ts';
import type { HostChange } from './change.ts';
import { copyWays } from './copy-host.ts';
import { fileChanges, noEdit, spliced, together, type Edit, type FileChange } from './edit.ts';
import type { Deviation } from './expectation.ts';
import type { FleetFacts, Way } from './fleet-facts.ts';
import { renameWays } from './rename.ts';
import { retireWays } from './retire.ts';
import { belongsTo, everywhere, readSource, type Position } from './source.ts';
import { changedTags, tagWays } from './tags.ts';
import { changedFields, valueWays } from './values.ts';

/**
 * The search for an edit that does a change. Text alone cannot tell which place counts in somebody's flake, and
 * evaluation alone knows no text: each way that the text offers is tried until evaluation says that it did what was
 * wanted and nothing else.
 */

/** One thing that has to happen, and the ways to bring it about. */
interface Need {
  /** What it is about, for a person: `the address of nas`. */
  readonly what: string;
  readonly ways: readonly Way<Edit>[];
  isAbout(deviation: Deviation): boolean;
}

/** Needs that are met together, on top of an edit that is made in any case. */
interface Step {
  readonly facts: FleetFacts;
  readonly base: readonly FileChange[];
  /** The own module of a host that is added; null: none is. */
  readonly module: string | null;
  readonly needs: readonly Need[];
}

/** What is tried next: what becomes of the files, and where the first change stands. */
export interface Attempt {
  readonly changes: readonly FileChange[];
  readonly moves: Edit['moves'];
  /** What of texts goes. */
  readonly cut: readonly { readonly file: string; readonly text: string }[];
  readonly place: Position | null;
  /** The own module of a host that is added; null: it has none. */
  readonly module: string | null;
}

/** Nothing in the text could be changed for this. */
export interface NoWay {
  readonly what: string;
}

export class Search {
  readonly #steps: Iterator<Step>;
  #step: Step | null;
  #chosen: number[] = [];

  constructor(facts: FleetFacts, change: HostChange) {
    this.#steps = steps(facts, change);
    this.#step = null;
    this.#nextStep();
  }

  /** The first need that nothing answers; null where each has a way. */
  static noWay(facts: FleetFacts, change: HostChange): NoWay | null {
    const step = steps(facts, change).next().value as Step | undefined;
    return step?.needs.find(({ ways }) => ways.length === 0) ?? null;
  }

  #nextStep(): void {
    for (;;) {
      const next = this.#steps.next();
      this.#step = next.done === true ? null : next.value;
      this.#chosen = (this.#step?.needs ?? []).map(() => 0);
      if (this.#step === null || this.#step.needs.every(({ ways }) => ways.length > 0)) return;
    }
  }

  /** What to try now; null where nothing is left. */
  current(): Attempt | null {
    while (this.#step !== null) {
      const { facts, base, module, needs } = this.#step;
      const ways = needs.flatMap(({ ways: all }, index) => all[this.#chosen[index] ?? 0] ?? []);
      const texts = new Map(facts.sources.map(({ path, text }) => [path, text]));
      try {
        const edit = together(ways.map((way) => way.edit));
        return {
          changes: onTop(base, fileChanges(edit, texts, facts.files)),
          moves: edit.moves,
          cut: cutBy(edit, texts),
          place: ways.find((way) => way.place !== null)?.place ?? null,
          module,
        };
      } catch (error) {
        // Two ways want the same text otherwise.
        if (!(error instanceof RangeError)) throw error;
        this.next([]);
      }
    }
    return null;
  }

  /** Goes on to the next attempt. @param deviations what was wrong with the last one; empty: it failed as a whole */
  next(deviations: readonly Deviation[]): void {
    const { needs } = this.#step ?? { needs: [] };
    const hasNext = (index: number): boolean => (this.#chosen[index] ?? 0) + 1 < (needs[index]?.ways.length ?? 0);
    const unmet = needs.flatMap((need, index) => (deviations.some((item) => need.isAbout(item)) ? [index] : []));
    const able = needs.map((_, index) => index).filter(hasNext);
    // Where an unmet need has nothing left, or only others are harmed, some way must be another one.
    const turning = unmet.length > 0 ? unmet.filter(hasNext) : able.slice(0, 1);
    if (turning.length === 0) return this.#nextStep();
    for (const index of turning) this.#chosen[index] = (this.#chosen[index] ?? 0) + 1;
  }
}

/** The pieces of texts that an edit takes away. */
export function cutBy({ splices }: Edit, texts: ReadonlyMap<string, string>): Attempt['cut'] {
  return splices.flatMap(({ file, splice }) => {
    const text = texts.get(file)?.slice(splice.start, splice.end) ?? '';
    return text.trim() === '' ? [] : [{ file, text }];
  });
}

/** Later changes on top of earlier ones, each file once. */
function onTop(base: readonly FileChange[], changes: readonly FileChange[]): FileChange[] {
  const merged = new Map(base.map((change) => [change.path, change]));
  for (const change of changes) {
    const earlier = merged.get(change.from);
    merged.set(change.path, earlier ? { ...change, from: earlier.from, before: earlier.before } : change);
  }
  return [...merged.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function* steps(facts: FleetFacts, change: HostChange): Generator<Step, void, void> {
  const byName = new Map(facts.hosts.map((host): [string, Host] => [host.name, host]));
  const alone = (needs: readonly Need[]): Step => ({ facts, base: [], module: null, needs });
  switch (change.kind) {
    case 'rename': {
      const { name, newName } = change;
      return yield alone([
        { what: `the name of ${name}`, ways: renameWays(facts, name, newName), isAbout: () => true },
      ]);
    }
    case 'retire':
      return yield alone([
        { what: `the declaration of ${change.name}`, ways: retireWays(facts, change.name), isAbout: () => true },
      ]);
    case 'retarget': {
      const host = byName.get(change.name);
      return yield alone(host ? targetNeeds(facts, host, change.target) : []);
    }
    case 'retag':
      return yield alone(
        change.names.flatMap((name) => {
          const host = byName.get(name);
          return host ? tagNeeds(facts, host, change.add, change.remove) : [];
        }),
      );
    case 'add':
      yield* copies(facts, change, byName);
  }
}

function targetNeeds(facts: FleetFacts, host: Host, target: Parameters<typeof changedFields>[1]): Need[] {
  return changedFields(host, target).map((question) => ({
    what: `the ${question.field} of ${host.name}`,
    ways: valueWays(facts, question),
    isAbout: (item) => item.host === host.name && (item.field === question.field || item.field === 'problem'),
  }));
}

function tagNeeds(facts: FleetFacts, host: Host, add: readonly string[], remove: readonly string[]): Need[] {
  const question = changedTags(host, add, remove);
  if (question === null) return [];
  return [
    {
      what: `the tags of ${host.name}`,
      ways: tagWays(facts, question),
      isAbout: (item) => item.host === host.name && (item.field === 'tags' || item.field === 'problem'),
    },
  ];
}

/** Each way to copy the model, with what is then to be changed in the copy. */
function* copies(
  facts: FleetFacts,
  { host, like, isForInstall = false }: Extract<HostChange, { kind: 'add' }>,
  byName: ReadonlyMap<string, Host>,
): Generator<Step, void, void> {
  const model = like === null ? undefined : byName.get(like);
  if (!model || like === null) return;
  for (const { edit, place, module } of copyWays(facts, like, host, isForInstall)) {
    const texts = new Map(facts.sources.map(({ path, text }) => [path, text]));
    const base = fileChanges(edit, texts, facts.files);
    for (const { path, after } of base) if (after !== null) texts.set(path, after);
    const sources = [...texts].flatMap(([path, text]) => readSource(path, text) ?? []);
    const copy: Host = { ...model, name: host.name as Host['name'] };
    const after: FleetFacts = {
      ...{ sources, hosts: [...facts.hosts, copy], positions: facts.positions },
      files: [...new Set([...facts.files, ...base.map(({ path }) => path)])],
    };
    const target = host.address === null ? null : { address: host.address, user: host.user, port: host.port };
    yield {
      facts: after,
      base,
      module,
      needs: [
        {
          what: `the declaration of ${host.name}`,
          ways: [{ edit: noEdit, place }],
          isAbout: ({ field }) => field === 'presence',
        },
        ...(target ? targetNeeds(after, copy, target).map((need) => followingName(need, model)) : []),
        ...tagNeeds(
          after,
          copy,
          host.tags,
          model.tags.filter((tag) => !host.tags.includes(tag)),
        ),
        ...(host.system === model.system ? [] : [systemNeed(after, copy, host.system)]),
      ],
    };
  }
}

/** An address that is made from the host's name is the new one's already. */
function followingName(need: Need, { name, target }: Host): Need {
  const isNamed = target?.host.includes(name) === true;
  return isNamed ? { ...need, ways: [{ edit: noEdit, place: null }, ...need.ways] } : need;
}

function systemNeed(facts: FleetFacts, host: Host, system: string): Need {
  const ways = everywhere(facts.sources, ({ literals }) => literals)
    .filter(({ source, what }) => what.value === host.system && belongsTo(host.name, source, what.within))
    .map(({ source, what }) => ({
      edit: spliced(source.path, { start: what.start, end: what.end, text: source.format.formatValue(system, '') }),
      place: { file: source.path, offset: what.start },
    }));
  return {
    what: `the system of ${host.name}`,
    ways,
    isAbout: (item) => item.host === host.name && item.field === 'system',
  };
}
