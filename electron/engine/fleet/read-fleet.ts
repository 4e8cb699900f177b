import type { FleetKind, Host } from '../../../shared/contract/host.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import { detectKinds, type FoundKind } from './detect.ts';
import { noHosts, unshowableNames } from './errors.ts';
import type { Evaluator } from './evaluator.ts';
import type { FleetFolder } from './folder.ts';
import { kindsOf } from './kinds/all.ts';
import { availableMemoryMiB, hostsThatFit } from './memory.ts';
import { mergeHost } from './merge.ts';
import { readHosts, type Reading, type ReadingResult } from './read-hosts.ts';

/** Everything that evaluation tells of a fleet. */
export interface FleetReading {
  readonly kinds: readonly FleetKind[];
  readonly hosts: readonly Host[];
  readonly problems: readonly Problem[];
}

/** Longer names cannot be deployed in any case; they are shown without being evaluated. */
const maxEvaluatedName = 253;
/** The longest name that the contract carries (`hostName`). */
const maxShownName = 1000;

/**
 * Decides what is read of each host. Its modules are evaluated in one kind only, the most telling; where another kind
 * declares the host too, that is noted without the cost of a second evaluation.
 */
export function planReadings(found: readonly FoundKind[]): { evaluated: Reading[]; noted: Reading[] } {
  const evaluated: Reading[] = [];
  const noted: Reading[] = [];
  const withModules = new Set<string>();
  for (const { kind, names } of found) {
    for (const name of names) {
      const isRepeated = kind.evaluatesModules && withModules.has(name);
      if (isRepeated || name.length > maxEvaluatedName) noted.push({ kind, name });
      else evaluated.push({ kind, name });
      if (kind.evaluatesModules) withModules.add(name);
    }
  }
  return { evaluated, noted };
}

/**
 * Reads a fleet: its kinds, then its hosts in chunks that fit the memory.
 * @param onProgress called with the number of hosts read and of all hosts
 * @throws ProblemError where the fleet as a whole cannot be evaluated
 */
export async function readFleet(
  folder: FleetFolder,
  evaluate: Evaluator,
  onProgress: (done: number, total: number) => void,
): Promise<FleetReading> {
  const kinds = kindsOf(folder.form);
  const detection = await detectKinds(kinds, evaluate);
  const { evaluated, noted } = planReadings(detection.kinds);
  const names = [...new Set([...evaluated, ...noted].map((reading) => reading.name))].sort();
  const shown = names.filter((name) => name !== '' && name.length <= maxShownName);

  const remaining = new Map<string, number>();
  for (const { name } of evaluated) remaining.set(name, (remaining.get(name) ?? 0) + 1);
  const countDone = (): number => [...remaining.values()].filter((count) => count === 0).length;
  onProgress(0, shown.length);
  const results: ReadingResult[] = await readHosts(evaluated, {
    evaluate,
    chunkSize: hostsThatFit(availableMemoryMiB()),
    onResults: (batch) => {
      for (const { name } of batch) remaining.set(name, (remaining.get(name) ?? 1) - 1);
      onProgress(countDone(), shown.length);
    },
  });
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
