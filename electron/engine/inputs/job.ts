import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rmSync } from 'node:fs';
import type { HostComparison } from '../../../shared/contract/inputs.ts';
import type { HostName } from '../../../shared/contract/ids.ts';
import type { HostOutcome } from '../../../shared/contract/job.ts';
import { applySplices } from '../../../shared/nix/splice.ts';
import { buildHere, systemLink } from '../deploy/build.ts';
import { HostSteps } from '../deploy/host-steps.ts';
import { deployLimits } from '../deploy/limits.ts';
import { ProblemError } from '../errors.ts';
import { textHash } from '../fleet/text-hash.ts';
import { JobCancelled, type JobContext, type JobExecutor } from '../jobs/context.ts';
import { jobCrashed } from '../jobs/errors.ts';
import { compareHost, evaluateWithLock, type Comparing } from './compare-hosts.ts';
import { filesChanged } from './errors.ts';
import { inputsOfLock, readFlakeText } from './list-inputs.ts';
import { lockChanges } from './lock-changes.ts';
import { lockInTree, lockTextOf } from './lock-in-tree.ts';
import { writeProposal, type ProposalFile } from './proposal-file.ts';
import { makeScratchTree, type ScratchTree } from './scratch-tree.ts';
import type { InputsSpec } from './spec.ts';

export { inputsSpec, type InputsSpec } from './spec.ts';

/**
 * Tries a change of the inputs: a copy of the fleet gets the new lock, every host is evaluated with both, and where it
 * is wanted the systems that change are built. What came of it stands in the job's folder; the fleet stays as it is.
 */
export const executeInputs: JobExecutor<InputsSpec> = async (context, spec) => {
  context.emit({ type: 'activity', activity: { text: 'Copying the fleet', done: 0, total: 0 } });
  await using tree = await makeScratchTree(spec.fleet, spec.scratch, context.signal);
  const [flake, lock] = await Promise.all([readFlakeText(tree.path), lockTextOf(tree.path)]);
  const edited = editedFlake(spec, flake);
  if (edited !== null) await writeFile(join(tree.path, 'flake.nix'), edited);
  await lockInTree(context, tree, spec.change);
  const newLock = (await lockTextOf(tree.path)) ?? '';

  const now = Date.now();
  const proposal: ProposalFile = {
    version: 1,
    changes: lockChanges(inputsOfLock(lock, now), inputsOfLock(newLock, now)),
    hosts: [],
    files: [
      ...(edited === null ? [] : [{ file: 'flake.nix', before: textHash(flake), text: edited }]),
      ...(newLock === lock || newLock === ''
        ? []
        : [{ file: 'flake.lock', before: lock && textHash(lock), text: newLock }]),
    ],
    isBuilt: false,
  };
  if (proposal.files.length === 0) {
    writeProposal(context.jobFolder, proposal);
    context.emit({ type: 'note', text: 'There is nothing newer: flake.lock stays as it is.' });
    return { state: 'succeeded', outcomes: new Map(), problem: null };
  }

  const steps = stepsOf(context, spec);
  const comparing = { context, spec, steps };
  const texts = { flake, edited, lock, newLock };
  const hosts = await compareAll(comparing, tree, texts);
  for (const host of hosts) endEvaluation(comparing, host);
  writeProposal(context.jobFolder, { ...proposal, hosts });
  const built = spec.build ? await buildAll(comparing, hosts) : hosts;
  if (spec.build) writeProposal(context.jobFolder, { ...proposal, hosts: built, isBuilt: true });
  return { state: stateOf(built, context.signal.aborted), outcomes: new Map(built.map(outcomeOf)), problem: null };
};

/** flake.nix after the edit; null where only the lock changes. */
function editedFlake({ change }: InputsSpec, flake: string): string | null {
  if (change.kind !== 'edit') return null;
  if (textHash(flake) !== change.hash) throw filesChanged(['flake.nix']);
  return applySplices(flake, change.splices);
}

function stepsOf(context: JobContext, { hosts, build }: InputsSpec): Map<HostName, HostSteps> {
  const stages = build ? (['evaluate', 'build'] as const) : (['evaluate'] as const);
  return new Map(hosts.map(({ name }) => [name, new HostSteps(context, name, stages)]));
}

async function compareAll(
  comparing: Comparing,
  tree: ScratchTree,
  texts: { flake: string; edited: string | null; lock: string | null; newLock: string },
): Promise<HostComparison[]> {
  const { flake, edited, lock, newLock } = texts;
  const flakeFile = join(tree.path, 'flake.nix');
  // As different from the last commit as the edited one, or every host that names its revision would seem to change.
  if (edited !== null) await writeFile(flakeFile, `${flake}\n`);
  const before = lock && (await evaluateWithLock(comparing, { tree, lock, name: 'present lock' }, 0));
  if (edited !== null) await writeFile(flakeFile, edited);
  const after = await evaluateWithLock(comparing, { tree, lock: newLock, name: 'new lock' }, 1);
  return comparing.spec.hosts.map(({ name }) => compareHost(name, before || null, after));
}

const words: Record<HostComparison['state'], string> = {
  same: 'stays as it is',
  changed: 'changes',
  mended: 'evaluates again',
  broken: 'no longer evaluates',
  failing: 'does not evaluate',
};

function endEvaluation({ context, spec, steps }: Comparing, comparison: HostComparison): void {
  const { host, state, problem } = comparison;
  const own = steps.get(host);
  if (state === 'broken' || state === 'failing') {
    own?.close('evaluate', 'failed', words[state]);
    if (problem !== null) context.emit({ type: 'problem', host, stage: 'evaluate', problem });
    return;
  }
  own?.done('evaluate', words[state]);
  if (spec.build && state === 'same') own?.skip('build', 'not needed');
}

/** Builds the systems that are new; one that fails holds up no other. */
async function buildAll(comparing: Comparing, hosts: readonly HostComparison[]): Promise<HostComparison[]> {
  const { context } = comparing;
  const { builds } = deployLimits();
  let done = 0;
  const wanted = hosts.filter(({ state }) => state === 'changed' || state === 'mended');
  const tell = (): void =>
    context.emit({ type: 'activity', activity: { text: 'Building systems', done, total: wanted.length } });
  if (wanted.length > 0) tell();
  return Promise.all(
    hosts.map(async (host) => {
      if (!wanted.includes(host) || host.after === null) return host;
      const { drvPath, outPath } = host.after;
      const own = comparing.steps.get(host.host);
      if (own === undefined) return host;
      const system = { drvPath, outPath, stateVersion: null };
      const work = { host: host.host, system, steps: own, flakeFolder: comparing.spec.fleet.path };
      try {
        const note = await builds.run(context.signal, () => {
          own.start('build');
          return buildHere(context, work);
        });
        own.done('build', note);
        return { ...host, build: 'built' as const };
      } catch (error) {
        if (context.signal.aborted || error instanceof JobCancelled) return { ...host, build: 'cancelled' as const };
        const problem = error instanceof ProblemError ? error.problem : jobCrashed(error);
        own.close('build', 'failed', problem.title);
        context.emit({ type: 'problem', host: host.host, stage: 'build', problem });
        return { ...host, build: 'failed' as const, buildProblem: problem };
      } finally {
        rmSync(systemLink(context.jobFolder, host.host), { force: true });
        done++;
        tell();
      }
    }),
  );
}

function outcomeOf(comparison: HostComparison): [HostName, HostOutcome] {
  const { host, state, after, problem, build, buildProblem } = comparison;
  const error = buildProblem ?? (state === 'broken' || state === 'failing' ? problem : null);
  const ending = build === 'cancelled' ? 'cancelled' : error ? 'failed' : state === 'same' ? 'unchanged' : 'succeeded';
  return [
    host,
    { state: ending, generation: null, system: after?.outPath ?? null, ...(error === null ? {} : { error }) },
  ];
}

function stateOf(
  hosts: readonly HostComparison[],
  isCancelled: boolean,
): 'succeeded' | 'partial' | 'failed' | 'cancelled' {
  if (isCancelled) return 'cancelled';
  const bad = hosts.filter(({ state, build }) => state === 'broken' || state === 'failing' || build === 'failed');
  if (bad.length === 0) return 'succeeded';
  return bad.length === hosts.length ? 'failed' : 'partial';
}
