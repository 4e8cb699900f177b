import type { Finding } from '../../../../shared/contract/finding.ts';
import type { FleetCheckEvent, FleetView, OpenEvent } from '../../../../shared/contract/fleet.ts';
import type { Host } from '../../../../shared/contract/host.ts';
import type { Problem } from '../../../../shared/contract/problem.ts';
import { ProblemError } from '../../errors.ts';
import { EventQueue } from '../../event-queue.ts';
import { gitStatus, type GitStatus } from '../../git/status.ts';
import type { Jobs } from '../../jobs/jobs.ts';
import type { Evaluator, MakeEvaluator } from '../evaluator.ts';
import type { FleetFolder } from '../folder.ts';
import { askHosts, type HostQuestion } from '../host-questions.ts';
import { kindsOf } from '../kinds/all.ts';
import type { Kind } from '../kinds/kind.ts';
import { localPaths } from '../local-paths.ts';
import { findFleet, type OpenRequest } from '../open.ts';
import type { FetchFlake } from '../remote-flake.ts';
import { availableMemoryMiB, hostsThatFit } from '../../nix/memory.ts';
import { outlineQuestion, type HostOutline } from '../outline.ts';
import { deployedStateVersions } from './facts/deployed-versions.ts';
import { detailsQuestion, type HostDetails } from './facts/host-details.ts';
import { readLock } from './facts/lock.ts';
import { systemsQuestion, type TwoSystems } from './facts/systems.ts';
import { Inspection, type InspectionParts } from './inspection.ts';
import { readNixFiles } from './nix-files.ts';
import { confusedTimeouts } from './rules/deploy-timeouts.ts';
import { duplicatedModules } from './rules/duplicated-modules.ts';
import { fleetProblem, gitProblem, hostProblem } from './rules/evaluation.ts';
import { gitFindings } from './rules/git.ts';
import { colmenaWithoutHive } from './rules/hive.ts';
import { hostNameFindings } from './rules/host-names.ts';
import { inputFindings } from './rules/inputs.ts';
import { wrongLocalDeployment } from './rules/local-deployment.ts';
import { loginFindings } from './rules/login.ts';
import { secretsInClear } from './rules/secrets.ts';
import { stateVersionFindings } from './rules/state-version.ts';
import { syntaxErrors } from './rules/syntax.ts';
import { targetFindings } from './rules/targets.ts';
import { differentSystems } from './rules/two-systems.ts';

export interface CheckDependencies {
  readonly fetchFlake: FetchFlake;
  readonly evaluatorOf: MakeEvaluator;
  readonly jobs: Pick<Jobs, 'list' | 'show'>;
  readonly now: () => number;
  /** Opens the fleet, from the cache where nothing has changed. */
  open(request: OpenRequest, signal: AbortSignal): AsyncIterable<OpenEvent>;
}

/** Rules that need no evaluation. */
const surfaceRules = [syntaxErrors, inputFindings, gitFindings];
/** Rules of the text that can name the host where hosts are known. */
const textRules = [wrongLocalDeployment];
/** Rules that need all hosts as they are declared. */
const fleetRules = [...textRules, colmenaWithoutHive, duplicatedModules, confusedTimeouts, targetFindings];
/** Rules of one evaluated host. */
const hostRules = [secretsInClear, loginFindings, hostNameFindings, stateVersionFindings];

type Answer =
  | { readonly about: 'details'; readonly details: HostDetails }
  | { readonly about: 'systems'; readonly systems: TwoSystems };

/**
 * Looks a fleet over: what its text, lock and git say first, then what its declarations say, then its hosts in chunks.
 * A host that fails holds up no other. Breaking off the loop (or `signal`) ends the evaluation.
 * @throws ProblemError where there is no fleet at the path
 */
export async function* checkFleet(
  dependencies: CheckDependencies,
  request: OpenRequest,
  signal?: AbortSignal,
): AsyncGenerator<FleetCheckEvent, void, void> {
  const ended = new AbortController();
  const stop = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal;
  try {
    yield { type: 'progress', text: 'Reading files', done: 0, total: 0 };
    const folder = await findFleet(dependencies.fetchFlake, { ...request, signal: stop });
    const { git, problem } = await gitOf(folder, stop);
    const [files, lock] = await Promise.all([
      // What git cannot tell is looked at as a folder outside of git is.
      readNixFiles(problem === null ? folder : { ...folder, workTree: null }, stop),
      readLock(folder.path),
    ]);
    const surface: InspectionParts = {
      ...{ folder, files, lock, git, hosts: [], outlines: new Map() },
      now: dependencies.now(),
      localPath: localPaths(folder),
    };
    const inspection = new Inspection(surface);
    yield batch([problem && gitProblem(problem), ...surfaceRules.flatMap((rule) => [...rule(inspection)])]);

    let view: FleetView | null = null;
    try {
      for await (const event of dependencies.open(openingOf(folder), stop)) {
        if (event.type === 'progress') yield event;
        else view = event.view;
      }
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      yield batch([fleetProblem(inspection, error.problem), ...textRules.flatMap((rule) => [...rule(inspection)])]);
    }
    if (view !== null) {
      const evaluate = dependencies.evaluatorOf(folder, git?.untracked ?? [], stop);
      yield* checkHosts(dependencies, { surface, view, evaluate });
    }
  } finally {
    ended.abort();
  }
}

/** The state of the work tree, or why git cannot tell it. */
async function gitOf(
  { workTree }: FleetFolder,
  signal: AbortSignal,
): Promise<{ git: GitStatus | null; problem: Problem | null }> {
  try {
    return { git: workTree === null ? null : await gitStatus({ cwd: workTree, signal }), problem: null };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { git: null, problem: error.problem };
  }
}

/** What is looked over is what is opened, also where the reference leads elsewhere a moment later. */
function openingOf({ origin, remote, ref }: FleetFolder): OpenRequest {
  return remote === null ? { path: origin } : { path: origin, pinned: ref };
}

function batch(findings: readonly (Finding | null)[]): FleetCheckEvent {
  return { type: 'findings', findings: findings.filter((finding) => finding !== null) };
}

interface HostChecks {
  readonly surface: InspectionParts;
  readonly view: FleetView;
  readonly evaluate: Evaluator;
}

async function* checkHosts(
  { jobs }: CheckDependencies,
  { surface, view, evaluate }: HostChecks,
): AsyncGenerator<FleetCheckEvent, void, void> {
  const { folder } = surface;
  const { hosts, fleet } = view;
  // What opening the fleet took says nothing here: its whole systems are evaluated.
  const chunkSize = hostsThatFit(availableMemoryMiB());
  yield { type: 'progress', text: 'Finding where hosts are declared', done: 0, total: hosts.length };
  const outlines = new Map<string, HostOutline>();
  const questions = hosts.map(({ name }) => outlineQuestion(folder.form, name));
  const keep = { evaluate, chunkSize, onAnswers: () => undefined };
  for (const answer of await askHosts(questions, keep)) {
    if ('answer' in answer) outlines.set(answer.question.name, answer.answer);
  }
  const inspection = new Inspection({ ...surface, hosts, outlines });
  yield batch([
    ...fleet.problems.map((problem) => fleetProblem(inspection, problem)),
    ...hosts.map((host) => host.problem && hostProblem(inspection, host, host.problem)),
    ...fleetRules.flatMap((rule) => [...rule(inspection)]),
  ]);

  const byName = new Map(hosts.map((host) => [String(host.name), host]));
  const versions = await deployedStateVersions(jobs, fleet.id, [...byName.keys()]);
  const asked = hosts.filter(isEvaluated).flatMap((host) => hostQuestions(folder, host));
  const failed = new Set<string>();
  const findingsOf = (name: string, answer: Answer): Finding[] => {
    const host = byName.get(name);
    if (!host) return [];
    if (answer.about === 'systems') return [...differentSystems(inspection, host, answer.systems)];
    const checked = { host, details: answer.details, deployedStateVersion: versions.get(name) ?? null };
    return hostRules.flatMap((rule) => [...rule(inspection, checked)]);
  };
  const events = new EventQueue<FleetCheckEvent>();
  let done = 0;
  const asking = askHosts(asked, {
    evaluate,
    chunkSize,
    onAnswers: (answers) => {
      const found = answers.flatMap((result) => {
        const { name } = result.question;
        if ('answer' in result) return findingsOf(name, result.answer);
        const host = byName.get(name);
        // A host that fails is asked twice where it has two systems.
        if (!host || failed.has(name)) return [];
        failed.add(name);
        return hostProblem(inspection, host, result.problem) ?? [];
      });
      done += answers.length;
      if (found.length > 0) events.push(batch(found));
      events.push({ type: 'progress', text: 'Looking into hosts', done, total: asked.length });
    },
  });
  asking.then(
    () => events.end(),
    (error: unknown) => events.fail(error),
  );
  yield* events.read();
}

/** A host whose declaration could be read, whatever is wrong with its target. */
function isEvaluated({ system, problem }: Host): boolean {
  return problem === null || (system !== null && problem.code.startsWith('host-') && problem.code !== 'host-not-nixos');
}

type NodeKind = Kind & { readonly node: string };

function hostQuestions(folder: FleetFolder, { name, sources }: Host): HostQuestion<Answer>[] {
  const kinds = kindsOf(folder.form).filter(
    (kind): kind is NodeKind => kind.node !== null && sources.includes(kind.kind),
  );
  const [first] = kinds;
  if (!first) return [];
  const details = detailsQuestion(first, name);
  const found: HostQuestion<Answer>[] = [
    { ...details, parse: (value) => ({ about: 'details', details: details.parse(value) }) },
  ];
  const configuration = kinds.find(({ kind }) => kind === 'nixosConfigurations');
  const hive = kinds.find(({ kind }) => kind !== 'nixosConfigurations');
  if (configuration && hive) {
    const systems = systemsQuestion(configuration, hive, name);
    found.push({ ...systems, parse: (value) => ({ about: 'systems', systems: systems.parse(value) }) });
  }
  return found;
}
