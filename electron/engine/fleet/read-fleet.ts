import type { FleetKind, Host } from '../../../shared/contract/host.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import { ProblemError } from '../errors.ts';
import { detectKinds } from './detect.ts';
import { noHosts, unshowableNames } from './errors.ts';
import type { Evaluator } from './evaluator.ts';
import type { FleetFolder } from './folder.ts';
import { kindsOf } from './kinds/all.ts';
import { availableMemoryMiB, hostsThatFit, memoryRanOut } from '../nix/memory.ts';
import type { MemoryHistory } from './memory-history.ts';
import { mergeHost } from './merge.ts';
import { planReadings } from './plan-readings.ts';
import { readHosts, type Reading, type ReadingResult } from './read-hosts.ts';
import { surveyFleet } from './survey.ts';

/** Everything that evaluation tells of a fleet. */
export interface FleetReading {
  readonly kinds: readonly FleetKind[];
  readonly hosts: readonly Host[];
  readonly problems: readonly Problem[];
}

/** The longest name that the contract carries (`hostName`). */
const maxShownName = 1000;
/** The most hosts of the first evaluation. */
const maxSurveyed = 1000;

const keyOf = ({ kind, name }: Reading): string => `${kind.kind} ${name}`;

/**
 * Reads a fleet. Where nothing in it ends the evaluation, one nix tells all hosts that fit the memory; the others, and
 * those that throw, are read after it.
 * @param onProgress called with the number of hosts read and of all hosts
 * @throws ProblemError where the fleet as a whole cannot be evaluated
 */
export async function readFleet(
  folder: FleetFolder,
  evaluate: Evaluator,
  memory: Pick<MemoryHistory, 'bytesPerHost' | 'save'>,
  onProgress: (done: number, total: number) => void,
): Promise<FleetReading> {
  const kinds = kindsOf(folder.form);
  const fitting = (bytesPerHost: number | null): number => hostsThatFit(availableMemoryMiB(), bytesPerHost);
  const known = memory.bytesPerHost(folder.id);
  const limit = Math.min(maxSurveyed, fitting(known));
  // Where all that should have fitted did not, less of it may; a host that alone takes too much is told with its name.
  let fewer: number | null = null;
  const survey = await surveyFleet(kinds, evaluate, limit).catch((error: unknown) => {
    if (!(error instanceof ProblemError) || error.problem.code !== memoryRanOut) throw error;
    fewer = Math.min(fitting(null), Math.ceil(limit / 2));
    return null;
  });
  if (survey?.bytesPerHost) memory.save(folder.id, survey.bytesPerHost);

  const detection = survey?.detection ?? (await detectKinds(kinds, evaluate));
  const { evaluated, noted } = planReadings(detection.kinds);
  const names = [...new Set([...evaluated, ...noted].map((reading) => reading.name))].sort();
  const shown = names.filter((name) => name !== '' && name.length <= maxShownName);

  const results: ReadingResult[] = [...(survey?.results ?? [])];
  const missing = new Map(evaluated.map((reading) => [keyOf(reading), reading]));
  const note = (found: readonly ReadingResult[]): void => {
    for (const result of found) missing.delete(keyOf(result));
    const unread = new Set([...missing.values()].map((reading) => reading.name));
    onProgress(shown.filter((name) => !unread.has(name)).length, shown.length);
  };
  note(results);
  const read = async (readings: readonly Reading[], chunkSize: number): Promise<void> =>
    void results.push(...(await readHosts(readings, { evaluate, chunkSize, onResults: note })));
  const failed = new Set((survey?.failed ?? []).map(keyOf));
  const [alone, together] = partition([...missing.values()], (reading) => failed.has(keyOf(reading)));
  // What threw in the survey is known to throw: asked alone, it tells why.
  for (const reading of alone) await read([reading], 1);
  await read(together, fewer ?? fitting(survey?.bytesPerHost ?? known));
  results.push(...noted.map((reading) => ({ ...reading, host: { kind: reading.kind.kind, name: reading.name } })));

  const byName = Map.groupBy(results, (result) => result.name);
  const order = (result: ReadingResult): number => kinds.indexOf(result.kind);
  const hosts = shown.map((name) =>
    mergeHost(
      name,
      (byName.get(name) ?? []).sort((a, b) => order(a) - order(b)),
    ),
  );
  const problems = [...detection.problems];
  if (shown.length < names.length) problems.push(unshowableNames(names.length - shown.length));
  if (hosts.length === 0 && problems.length === 0) problems.push(noHosts(detection.outputs));
  return { kinds: detection.kinds.map(({ kind }) => kind.kind), hosts, problems };
}

function partition<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}
