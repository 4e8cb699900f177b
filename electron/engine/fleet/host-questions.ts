import { z } from 'zod';
import type { Problem } from '../../../shared/contract/problem.ts';
import { formatString } from '../../../shared/nix/value.ts';
import { ProblemError } from '../errors.ts';
import { hostUnreadable } from './errors.ts';
import type { Evaluator } from './evaluator.ts';

/** Something that evaluation tells of one host. */
export interface HostQuestion<Answer> {
  readonly name: string;
  /** The declaration that is read; questions of one chunk with the same key have the same `read`. */
  readonly key: string;
  /** Nix: `outputs → name → value that JSON can carry`. It may throw. */
  readonly read: string;
  /** True where answering evaluates the host's modules (seconds and hundreds of MiB on a real nixpkgs). */
  readonly evaluatesModules: boolean;
  /** Takes what `read` gave. @throws ZodError where it has another shape */
  parse(value: unknown): Answer;
}

/** A question with what came of it. */
export type HostAnswer<Answer> = { readonly question: HostQuestion<Answer> } & (
  { readonly answer: Answer } | { readonly problem: Problem }
);

export interface AskOptions<Answer> {
  readonly evaluate: Evaluator;
  /** The most hosts whose modules one evaluation may hold in memory. */
  readonly chunkSize: number;
  /** Called with what each evaluation gave, so that progress can be shown. */
  readonly onAnswers: (answers: readonly HostAnswer<Answer>[]) => void;
}

/** A chunk goes to nix as one argument, which the kernel limits to 128 KiB. */
const maxChunk = 100;
/** What nix adds to an error's trace while it reads the n-th host of a chunk. */
const marker = 'nixstead reads host number';
const values = z.array(z.object({ ok: z.boolean(), value: z.unknown() }));

/**
 * Nix for a chunk: a list, in the chunk's order, of each host's values or of the fact that it threw. `throw` and
 * `assert` are caught by tryEval; any other error ends the evaluation, and its trace says at which host.
 */
function chunkFunction(chunk: readonly HostQuestion<unknown>[]): string {
  const readers = [...new Map(chunk.map((question) => [question.key, question])).values()];
  const set = readers.map(({ key, read }) => `${formatString(key)} = ${read} outputs;`).join('\n  ');
  const hosts = chunk
    .map(({ key, name }, index) => `(one "${index}" ${formatString(key)} ${formatString(name)})`)
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
function singleFunction({ read, name }: HostQuestion<unknown>): string {
  return `outputs: [ { ok = true; value = ${read} outputs ${formatString(name)}; } ]`;
}

/** The functions that {@link askHosts} has evaluated where nothing fails, to be shown to a person. */
export function functionsFor(questions: readonly HostQuestion<unknown>[], chunkSize: number): string[] {
  return chunksOf(questions, chunkSize).flatMap((chunk) => {
    const [first] = chunk;
    if (first === undefined) return [];
    return [chunk.length === 1 ? singleFunction(first) : chunkFunction(chunk)];
  });
}

/** The place in the chunk of the host at which an evaluation ended, if its trace tells. */
function culprit(error: ProblemError): number | null {
  const cause = error.cause instanceof Error ? error.cause.message : '';
  const index = new RegExp(`${marker} (\\d+),`).exec(`${error.problem.evidence}\n${cause}`)?.[1];
  return index === undefined ? null : Number(index);
}

/**
 * Asks hosts in chunks. A host that throws gets its own error and costs one more evaluation; the others of its chunk
 * are answered all the same. Answers come in no particular order.
 */
export async function askHosts<Answer>(
  questions: readonly HostQuestion<Answer>[],
  options: AskOptions<Answer>,
): Promise<HostAnswer<Answer>[]> {
  const answers: HostAnswer<Answer>[] = [];
  const add = (found: readonly HostAnswer<Answer>[]): void => {
    answers.push(...found);
    options.onAnswers(found);
  };

  /** Asks one host alone, to get its own error (or, where it only failed beside others, its values). */
  const askAlone = async (question: HostQuestion<Answer>): Promise<void> => {
    try {
      const [value] = values.parse(await options.evaluate(singleFunction(question)));
      add([parsed(question, value?.value)]);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      add([{ question, problem: withoutMarker(error.problem) }]);
    }
  };

  const askChunk = async (chunk: readonly HostQuestion<Answer>[]): Promise<void> => {
    const [first] = chunk;
    if (first === undefined) return;
    if (chunk.length === 1) return askAlone(first);
    let found: z.infer<typeof values>;
    try {
      found = values.parse(await options.evaluate(chunkFunction(chunk)));
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      const at = culprit(error);
      const bad = at === null ? undefined : chunk[at];
      if (at === null || bad === undefined) {
        // Where the outputs as a whole are broken, asking each host would give the same error as often.
        const broken = await brokenFleet(options.evaluate);
        if (broken !== null) return add(chunk.map((question) => ({ question, problem: broken })));
        const middle = Math.ceil(chunk.length / 2);
        await askChunk(chunk.slice(0, middle));
        return askChunk(chunk.slice(middle));
      }
      // Nix reads in the order of the list: those before the culprit are fine, and those after it may be.
      await askAlone(bad);
      return askChunk(chunk.filter((_, index) => index !== at));
    }
    const good = chunk.flatMap((question, index) => (found[index]?.ok ? [parsed(question, found[index].value)] : []));
    if (good.length > 0) add(good);
    for (const [index, question] of chunk.entries()) if (!found[index]?.ok) await askAlone(question);
  };

  for (const chunk of chunksOf(questions, options.chunkSize)) await askChunk(chunk);
  return answers;
}

function parsed<Answer>(question: HostQuestion<Answer>, value: unknown): HostAnswer<Answer> {
  try {
    return { question, answer: question.parse(value) };
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return { question, problem: hostUnreadable(question.name, question.key, z.prettifyError(error)) };
  }
}

/** Questions in chunks of at most `size` whose modules are evaluated; a host's questions lie side by side. */
function chunksOf<Answer>(questions: readonly HostQuestion<Answer>[], size: number): HostQuestion<Answer>[][] {
  const chunks: HostQuestion<Answer>[][] = [];
  let heavy = 0;
  const byName = [...questions].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  for (const question of byName) {
    const weight = question.evaluatesModules ? 1 : 0;
    const chunk = chunks.at(-1);
    if (chunk === undefined || heavy + weight > size || chunk.length === maxChunk) {
      chunks.push([question]);
      heavy = weight;
    } else {
      chunk.push(question);
      heavy += weight;
    }
  }
  return chunks;
}

/** The error of a fleet whose outputs cannot be looked at, whatever the host; null where they can. */
async function brokenFleet(evaluate: Evaluator): Promise<Problem | null> {
  try {
    await evaluate('builtins.typeOf');
    return null;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return error.problem;
  }
}

/** Our own line in nix's trace is of no use to a person. */
function withoutMarker(problem: Problem): Problem {
  const lines = problem.evidence.split('\n').filter((line) => !line.includes(marker));
  return { ...problem, evidence: lines.join('\n').trim() };
}
