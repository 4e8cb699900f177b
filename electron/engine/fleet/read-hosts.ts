import type { Problem } from '../../../shared/contract/problem.ts';
import type { Evaluator } from './evaluator.ts';
import { askHosts, type HostAnswer, type HostQuestion } from './host-questions.ts';
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

function questionOf({ kind, name }: Reading): HostQuestion<HostReading> {
  const { read, evaluatesModules } = kind;
  return { name, key: kind.kind, read, evaluatesModules, parse: (value) => kind.parse(name, value) };
}

/**
 * Reads hosts in chunks. A host that throws gets its own error and costs one more evaluation; the others of its chunk
 * are read all the same. Results come in no particular order.
 */
export async function readHosts(readings: readonly Reading[], options: ReadOptions): Promise<ReadingResult[]> {
  const { evaluate, chunkSize, onResults } = options;
  const byQuestion = new Map(readings.map((reading) => [questionOf(reading), reading]));
  const resultOf = (answer: HostAnswer<HostReading>): ReadingResult[] => {
    const reading = byQuestion.get(answer.question);
    if (reading === undefined) return [];
    return [{ ...reading, ...('answer' in answer ? { host: answer.answer } : { problem: answer.problem }) }];
  };
  const onAnswers = (answers: readonly HostAnswer<HostReading>[]): void => onResults(answers.flatMap(resultOf));
  return (await askHosts([...byQuestion.keys()], { evaluate, chunkSize, onAnswers })).flatMap(resultOf);
}
