import { z } from 'zod';
import type { Problem } from '../../../shared/contract/problem.ts';
import { formatString } from '../../../shared/nix/value.ts';
import { ProblemError } from '../errors.ts';
import { hostUnreadable } from './errors.ts';
import type { Evaluator } from './evaluator.ts';
import type { HostReading, Kind } from './kinds/kind.ts';

/** One host to be read as one kind declares it. */
export interface Reading {
  readonly kind: Kind;
  readonly name: string;
}

/** What came of it. */
export type ReadingResult = Reading & ({ readonly host: HostReading } | { readonly problem: Problem });

export interface ReadOptions {
  readonly evaluate: Evaluator;
  /** The most hosts whose modules one evaluation may hold in memory. */
  readonly chunkSize: number;
  /** Called with what each evaluation gave, so that progress can be shown. */
  readonly onResults: (results: readonly ReadingResult[]) => void;
}

/** A chunk goes to nix as one argument, which the kernel limits to 128 KiB. */
const maxChunk = 100;
/** What nix adds to an error's trace while it reads the n-th host of a chunk. */
const marker = 'nixstead reads host number';
const answers = z.array(z.object({ ok: z.boolean(), value: z.unknown() }));

/**
 * Nix for a chunk: a list, in the chunk's order, of each host's values or of the fact that it threw. `throw` and
 * `assert` are caught by tryEval; any other error ends the evaluation, and its trace says at which host.
 */
function chunkFunction(chunk: readonly Reading[]): string {
  const readers = [...new Map(chunk.map(({ kind }) => [kind.kind, kind])).values()];
  const set = readers.map((kind) => `${formatString(kind.kind)} = ${kind.read} outputs;`).join('\n  ');
  const hosts = chunk
    .map(({ kind, name }, index) => `(one "${index}" ${formatString(kind.kind)} ${formatString(name)})`)
    .join('\n  ');
  return `outputs: let
  readers = { ${set} };
  one = index: kind: name: builtins.addErrorContext "${marker} \${index}," (
    let attempt = builtins.tryEval (let value = readers.\${kind} name; in builtins.deepSeq value value);
    in if attempt.success then { ok = true; value = attempt.value; } else { ok = false; value = null; });
in [
  ${hosts}
]`;
}

/** Nix for one host alone, whose error is wanted. */
function singleFunction({ kind, name }: Reading): string {
  return `outputs: [ { ok = true; value = ${kind.read} outputs ${formatString(name)}; } ]`;
}

function parsed(reading: Reading, value: unknown): ReadingResult {
  try {
    return { ...reading, host: reading.kind.parse(reading.name, value) };
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return { ...reading, problem: hostUnreadable(reading.name, reading.kind.kind, z.prettifyError(error)) };
  }
}

/** The place in the chunk of the host at which an evaluation ended, if its trace tells. */
function culprit(error: ProblemError): number | null {
  const cause = error.cause instanceof Error ? error.cause.message : '';
  const index = new RegExp(`${marker} (\\d+),`).exec(`${error.problem.evidence}\n${cause}`)?.[1];
  return index === undefined ? null : Number(index);
}

/**
 * Reads hosts in chunks. A host that throws gets its own error and costs one more evaluation; the others of its chunk
 * are read all the same. Results come in no particular order.
 */
export async function readHosts(readings: readonly Reading[], options: ReadOptions): Promise<ReadingResult[]> {
  const results: ReadingResult[] = [];
  const add = (found: readonly ReadingResult[]): void => {
    results.push(...found);
    options.onResults(found);
  };

  /** Reads one host alone, to get its own error (or, where it only failed beside others, its values). */
  const readAlone = async (reading: Reading): Promise<void> => {
    try {
      const [answer] = answers.parse(await options.evaluate(singleFunction(reading)));
      add([parsed(reading, answer?.value)]);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      add([{ ...reading, problem: withoutMarker(error.problem) }]);
    }
  };

  const readChunk = async (chunk: readonly Reading[]): Promise<void> => {
    const [first] = chunk;
    if (first === undefined) return;
    if (chunk.length === 1) return readAlone(first);
    let found: z.infer<typeof answers>;
    try {
      found = answers.parse(await options.evaluate(chunkFunction(chunk)));
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      const at = culprit(error);
      const bad = at === null ? undefined : chunk[at];
      if (at === null || bad === undefined) {
        const middle = Math.ceil(chunk.length / 2);
        await readChunk(chunk.slice(0, middle));
        return readChunk(chunk.slice(middle));
      }
      // Nix reads in the order of the list: those before the culprit are fine, and those after it may be.
      await readAlone(bad);
      return readChunk(chunk.filter((_, index) => index !== at));
    }
    const good = chunk.flatMap((reading, index) => (found[index]?.ok ? [parsed(reading, found[index].value)] : []));
    if (good.length > 0) add(good);
    for (const [index, reading] of chunk.entries()) if (!found[index]?.ok) await readAlone(reading);
  };

  for (const chunk of chunksOf(readings, options.chunkSize)) await readChunk(chunk);
  return results;
}

/** Readings in chunks of at most `size` whose modules are evaluated; a host's readings lie side by side. */
function chunksOf(readings: readonly Reading[], size: number): Reading[][] {
  const chunks: Reading[][] = [];
  let heavy = 0;
  const byName = [...readings].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  for (const reading of byName) {
    const weight = reading.kind.evaluatesModules ? 1 : 0;
    const chunk = chunks.at(-1);
    if (chunk === undefined || heavy + weight > size || chunk.length === maxChunk) {
      chunks.push([reading]);
      heavy = weight;
    } else {
      chunk.push(reading);
      heavy += weight;
    }
  }
  return chunks;
}

/** Our own line in nix's trace is of no use to a person. */
function withoutMarker(problem: Problem): Problem {
  const lines = problem.evidence.split('\n').filter((line) => !line.includes(marker));
  return { ...problem, evidence: lines.join('\n').trim() };
}
