import type { Fleet } from '../../../shared/contract/fleet.ts';
import { EventQueue } from '../event-queue.ts';
import type { MakeEvaluator } from './evaluator.ts';
import { fingerprint } from './fingerprint.ts';
import type { FleetFolder } from './folder.ts';
import { askHosts, type HostAnswer, type HostQuestion } from './host-questions.ts';
import { availableMemoryMiB, hostsThatFit } from '../nix/memory.ts';
import { findFleet } from './open.ts';
import type { FetchFlake } from './remote-flake.ts';

export interface AskLaterDependencies {
  readonly fetchFlake: FetchFlake;
  readonly evaluatorOf: MakeEvaluator;
}

/** An open fleet with the state that its files are in now; null: that cannot be told, so nothing is remembered. */
export interface FleetNow {
  readonly folder: FleetFolder;
  readonly fingerprint: string | null;
}

/** Looks at an open fleet's files; of a reference, at the revision that is open. */
export async function fleetNow(
  { fetchFlake }: Pick<AskLaterDependencies, 'fetchFlake'>,
  { path, remote, ref }: Pick<Fleet, 'path' | 'remote' | 'ref'>,
  signal: AbortSignal,
): Promise<FleetNow> {
  const folder = await findFleet(fetchFlake, { path, signal, ...(remote === null ? {} : { pinned: ref }) });
  return { folder, fingerprint: await fingerprint(folder, signal) };
}

/**
 * Asks hosts what opening their fleet did not tell, in chunks that fit the memory; answers come in batches as they are
 * made. Breaking off the loop (or `signal`) ends the evaluation.
 */
export async function* askLater<Answer>(
  { evaluatorOf }: Pick<AskLaterDependencies, 'evaluatorOf'>,
  folder: FleetFolder,
  questions: readonly HostQuestion<Answer>[],
  signal: AbortSignal,
): AsyncGenerator<readonly HostAnswer<Answer>[], void, void> {
  const ended = new AbortController();
  try {
    const answers = new EventQueue<readonly HostAnswer<Answer>[]>();
    const evaluate = evaluatorOf(folder, [], AbortSignal.any([signal, ended.signal]));
    // What opening took says nothing here: more of each host is evaluated.
    const chunkSize = hostsThatFit(availableMemoryMiB());
    askHosts(questions, { evaluate, chunkSize, onAnswers: (found) => answers.push(found) }).then(
      () => answers.end(),
      (error: unknown) => answers.fail(error),
    );
    yield* answers.read(signal);
  } finally {
    ended.abort();
  }
}

/** Keeps what was told about a state of the files, unless they have changed while nix was reading them. */
export async function keepIfUnchanged(
  now: FleetNow,
  signal: AbortSignal,
  keep: (fingerprint: string) => void,
): Promise<void> {
  if (now.fingerprint !== null && now.fingerprint === (await fingerprint(now.folder, signal))) keep(now.fingerprint);
}
