import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostComparison } from '../../../shared/contract/inputs.ts';
import type { HostName } from '../../../shared/contract/ids.ts';
import { isDeployableName, whyNameIsRefused } from '../../../shared/fleet/host-name.ts';
import { evaluateSystems, type EvaluatedSystem } from '../deploy/evaluate.ts';
import type { HostSteps } from '../deploy/host-steps.ts';
import { ProblemError } from '../errors.ts';
import { nameRefused } from '../fleet/errors.ts';
import type { JobContext } from '../jobs/context.ts';
import { wholeOutputsSince } from '../nix/eval.ts';
import { findNix } from '../nix/nix-program.ts';
import { isAtLeast } from '../nix/nix-version.ts';
import type { ScratchTree } from './scratch-tree.ts';
import type { InputsSpec } from './spec.ts';

type Answer = EvaluatedSystem | ProblemError;

export interface Comparing {
  readonly context: JobContext;
  readonly spec: InputsSpec;
  readonly steps: ReadonlyMap<HostName, HostSteps>;
}

/** One state of the flake: the files of a copy as they are now, with this lock in place of theirs. */
export interface LockedTree {
  readonly tree: Pick<ScratchTree, 'path' | 'ref'>;
  readonly lock: string;
  /** `present lock`, `new lock`; stands at each host while it is evaluated. */
  readonly name: string;
}

/** Evaluates all hosts with a lock. */
export async function evaluateWithLock(
  { context, spec, steps }: Comparing,
  { tree, lock, name: lockName }: LockedTree,
  turn: 0 | 1,
): Promise<Map<HostName, Answer>> {
  const answers = new Map<HostName, Answer>();
  // Beside the copy, whose files are then the same for both locks: a host that holds its own flake's text in its system
  // must not seem to change for that alone.
  const lockFile = join(context.jobFolder, turn === 0 ? 'present.lock' : 'new.lock');
  await writeFile(lockFile, lock, { mode: 0o600 });
  if (!isAtLeast((await findNix()).version, wholeOutputsSince)) await writeFile(join(tree.path, 'flake.lock'), lock);
  const hosts = spec.hosts.filter(({ name }) => isDeployableName(name));
  for (const { name } of hosts) {
    steps.get(name)?.start('evaluate');
    steps.get(name)?.progress('evaluate', { done: turn, total: 2, unit: 'steps', note: lockName });
  }
  const tell = (): void =>
    context.emit({
      type: 'activity',
      activity: { text: `Evaluating hosts with the ${lockName}`, done: answers.size, total: hosts.length },
    });
  tell();
  const fleet = { ...spec.fleet, ref: tree.ref, form: 'flake' as const };
  const onResult = (host: HostName, answer: Answer): void => {
    answers.set(host, answer);
    steps.get(host)?.progress('evaluate', { done: turn + 1, total: 2, unit: 'steps', note: lockName });
    tell();
  };
  await evaluateSystems(context, fleet, hosts, onResult, { lockFile });
  return answers;
}

/** What two evaluations say of a host. @param before null: there was no lock to compare with */
export function compareHost(
  host: HostName,
  before: ReadonlyMap<HostName, Answer> | null,
  after: ReadonlyMap<HostName, Answer>,
): HostComparison {
  const reason = whyNameIsRefused(host);
  const refused = reason === null ? null : new ProblemError(nameRefused(host, reason));
  const [was, is] = [refused ?? before?.get(host), refused ?? after.get(host)];
  const [old, now] = [systemOf(was), systemOf(is)];
  const problem = is instanceof ProblemError ? is.problem : was instanceof ProblemError ? was.problem : null;
  return { host, state: stateOf(was, old, now), before: old, after: now, problem, build: null, buildProblem: null };
}

function systemOf(answer: Answer | undefined): HostComparison['before'] {
  if (answer === undefined || answer instanceof ProblemError) return null;
  return { drvPath: answer.drvPath, outPath: answer.outPath };
}

function stateOf(
  was: Answer | undefined,
  old: HostComparison['before'],
  now: HostComparison['after'],
): HostComparison['state'] {
  if (now === null) return old === null ? 'failing' : 'broken';
  if (old !== null) return old.drvPath === now.drvPath ? 'same' : 'changed';
  return was === undefined ? 'changed' : 'mended';
}
