import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Host } from '../../../../shared/contract/host.ts';
import type { HostChange } from '../../../../shared/fleet/change/change.ts';
import { deviations } from '../../../../shared/fleet/change/expectation.ts';
import type { FleetFacts } from '../../../../shared/fleet/change/fleet-facts.ts';
import { Search, type Attempt } from '../../../../shared/fleet/change/search.ts';
import { ProblemError } from '../../errors.ts';
import { badValue } from '../create/errors.ts';
import type { FleetFolder } from '../folder.ts';
import { findPositions } from './facts.ts';
import { generatedLine } from './generated.ts';
import { pathsGoing, type PlannedChange, type PlanParts } from './planned.ts';
import { askSelf, selfDeviations, Trial, type SelfFacts } from './trial.ts';
import { byHandOf, namesOf, notesOf, whyNot, whyNoWay, type Outcome } from './words.ts';

/** Evaluations of the whole fleet that a change may cost. */
const MAX_ATTEMPTS = 10;

/** A change in a flake that somebody else wrote. */
export async function planTried(
  parts: PlanParts,
  folder: FleetFolder,
  { hosts, files, sources }: FleetFacts,
  change: HostChange,
  { signal, onStep }: { readonly signal: AbortSignal; readonly onStep: (text: string) => void },
): Promise<PlannedChange> {
  const names = namesOf(change);
  if (change.kind === 'add' && change.host.address === null && answersSomewhere(hosts, change.like)) {
    throw badValue('address', '', 'is missing: the hosts of this fleet are declared with one');
  }
  onStep('Finding where hosts are declared');
  const evaluate = parts.evaluatorOf(folder, [], signal);
  const positions = await findPositions(folder, { sources, names, evaluate });
  const generated = new Map(
    sources.flatMap(({ path, text }) => {
      const line = generatedLine(text);
      return line === null ? [] : [[path, line] as const];
    }),
  );
  const facts: FleetFacts = { hosts, files, positions, sources: sources.filter(({ path }) => !generated.has(path)) };
  if (deviations(hosts, change, hosts).length === 0) return { state: 'nothing' };

  const search = new Search(facts, change);
  let attempt = search.current();
  if (attempt === null) {
    // What a program writes would have had a place.
    const written = new Search({ ...facts, sources }, change).current();
    const [file] = written?.changes.flatMap(({ from }) => (generated.has(from) ? [from] : [])) ?? [];
    const line = file === undefined ? undefined : generated.get(file);
    const reason =
      line === undefined
        ? whyNoWay(facts, change)
        : `${file} is made by a program, whose next run would take the change back: “${line}”.`;
    const place = file === undefined ? null : (written?.place ?? null);
    return { state: 'by-hand', byHand: byHandOf({ ...facts, sources }, change, { reason, place }) };
  }
  const model = change.kind === 'rename' ? change.name : change.kind === 'add' ? change.like : null;
  const host = hosts.find(({ name }) => name === model);
  const before = host ? await askSelf(folder.form, host, evaluate) : null;
  let failed: Outcome = { hosts: [], deviations: [], problem: null };
  let last = attempt;
  const target = join(parts.scratch, `${folder.id}-${randomUUID().slice(0, 8)}-${process.pid}`);
  await using trial = await Trial.begin(folder, target, parts, signal);
  for (let count = 0; attempt !== null && count < MAX_ATTEMPTS; count++) {
    signal.throwIfAborted();
    onStep(count === 0 ? 'Evaluating the fleet with the change' : `Trying another place (${count + 1})`);
    last = attempt;
    failed = await tryOut(trial, facts, change, attempt, before);
    if (failed.problem === null && failed.deviations.length === 0) {
      const { changes, moves, cut, module } = attempt;
      const notes = notesOf(facts, change, changes, failed.hosts);
      return {
        state: 'ready',
        changes: { changes, moves },
        isVerified: true,
        notes,
        module,
        going: { paths: pathsGoing(changes), cut },
      };
    }
    search.next(failed.deviations);
    attempt = search.current();
  }
  return { state: 'by-hand', byHand: byHandOf(facts, change, whyNot(change, failed, last)) };
}

/** True for a host whose declaration says where it answers. */
function answersSomewhere(hosts: readonly Host[], name: string | null): boolean {
  const host = hosts.find((item) => item.name === name);
  return (
    host !== undefined &&
    host.target !== null &&
    (host.target.host !== host.name || host.sources.some((kind) => kind !== 'nixosConfigurations'))
  );
}

async function tryOut(
  trial: Trial,
  facts: FleetFacts,
  change: HostChange,
  attempt: Attempt,
  before: SelfFacts | null,
): Promise<Outcome> {
  try {
    return await trial.with(attempt, async () => {
      const hosts = await trial.hosts();
      const found = deviations(facts.hosts, change, hosts);
      if (found.length > 0) return { hosts, deviations: found, problem: null };
      const name = change.kind === 'add' ? change.host.name : change.kind === 'rename' ? change.newName : null;
      const host = hosts.find((item) => item.name === name);
      const self = host ? selfDeviations(change, before, await trial.selfFacts(host)) : [];
      return { hosts, deviations: self, problem: null };
    });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { hosts: [], deviations: [], problem: error.problem };
  }
}
