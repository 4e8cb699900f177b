import { availableParallelism } from 'node:os';
import { z } from 'zod';
import type { HostName } from '../../../shared/contract/ids.ts';
import { ProblemError } from '../errors.ts';
import type { Evaluator } from '../fleet/evaluator.ts';
import { askHosts, type HostAnswer, type HostQuestion } from '../fleet/host-questions.ts';
import { kindsOf } from '../fleet/kinds/all.ts';
import type { Kind } from '../fleet/kinds/kind.ts';
import { availableMemoryMiB, hostsThatFit } from '../nix/memory.ts';
import type { JobContext } from '../jobs/context.ts';
import { evalArguments, evalJson, wholeOutputsSince } from '../nix/eval.ts';
import { findNix } from '../nix/nix-program.ts';
import { isAtLeast } from '../nix/nix-version.ts';
import { nixArgv } from '../nix/run.ts';
import { mostEvaluations, type Limit } from './limits.ts';
import { deployError, deployProblems } from './problems.ts';
import type { DeployHost, DeploySpec } from './spec.ts';

/** A host's system: what builds it and where it will lie, before anything was built. */
const evaluated = z
  .object({ drv: z.string(), out: z.string(), stateVersion: z.string().nullable(), profile: z.string().optional() })
  .transform(({ drv, out, stateVersion, profile }): EvaluatedSystem => ({
    drvPath: drv,
    outPath: out,
    stateVersion,
    ...(profile === undefined ? {} : { profilePath: profile }),
  }));
export interface EvaluatedSystem {
  readonly drvPath: string;
  readonly outPath: string;
  readonly stateVersion: string | null;
  /** What the host's profile will be, where the engine wraps the system. */
  readonly profilePath?: string;
}

/** A host to be evaluated. `isWrapped`: the engine activates what its kind wraps around the system, see `Kind.wrapped`. */
type HostToEvaluate = Pick<DeployHost, 'name' | 'source'> & { readonly isWrapped?: boolean };

/**
 * Nix: `outputs → name → { drv, out, stateVersion }`. Asking for the derivation writes it into the store, so that
 * building needs no second evaluation. (A set with an `outPath` would become that path alone in JSON.) The stateVersion
 * is kept with the job, since it must not change between two deploys.
 */
function systemFunction({ toplevel, node, wrapped }: Kind, isWrapped: boolean): string {
  // One evaluation of the host's modules serves both, where the kind says where they are.
  const parts =
    node === null
      ? `configuration = outputs.nixosConfigurations.\${name} or { };
    system = ${toplevel} outputs name;`
      : `configuration = ${node} outputs name;
    system = configuration.config.system.build.toplevel;`;
  return `(outputs: name: let
    ${parts}
    version = builtins.tryEval (configuration.config.system.stateVersion or null);
  in {
    drv = system.drvPath;
    out = system.outPath;
    stateVersion = if version.success && builtins.isString version.value then version.value else null;${
      isWrapped && wrapped !== undefined ? `\n    profile = (${wrapped} outputs name).outPath;` : ''
    }
  })`;
}

/** The hosts of a deploy as its engine wants them evaluated. */
export function hostsToEvaluate(
  engine: DeploySpec['engine'],
  hosts: readonly Pick<DeployHost, 'name' | 'source'>[],
): HostToEvaluate[] {
  return hosts.map(({ name, source }) => ({ name, source, isWrapped: engine === 'deploy-rs' }));
}

/** The questions that evaluation is asked for these hosts. */
export function systemQuestions(
  form: DeploySpec['fleet']['form'],
  hosts: readonly HostToEvaluate[],
): HostQuestion<EvaluatedSystem>[] {
  const kinds = kindsOf(form);
  return hosts.flatMap(({ name, source, isWrapped = false }) => {
    const kind = kinds.find((candidate) => candidate.kind === source);
    if (kind === undefined) return [];
    const read = systemFunction(kind, isWrapped);
    return [{ name, key: source, read, evaluatesModules: true, parse: (value) => evaluated.parse(value) }];
  });
}

/** What nix evaluates. */
export function evaluationSource(fleet: DeploySpec['fleet']): { ref: string } | { file: string } {
  return fleet.form === 'flake' ? { ref: fleet.ref } : { file: fleet.ref };
}

/**
 * How the hosts are shared out among evaluations that run side by side. One nix uses one core, so there are as many as
 * there are cores, and together they never hold more hosts than fit the free memory.
 * @param fitting how many hosts fit the memory at once
 * @param most as many nix as may run side by side
 */
export function shareOut<T>(
  hosts: readonly T[],
  fitting: number,
  cores: number,
  most: number,
): { readonly shares: readonly (readonly T[])[]; readonly chunkSize: number } {
  const count = Math.max(1, Math.min(most, cores, fitting, hosts.length));
  const size = Math.ceil(hosts.length / count);
  const shares = Array.from({ length: count }, (_, index) => hosts.slice(index * size, (index + 1) * size));
  return { shares: shares.filter((share) => share.length > 0), chunkSize: Math.max(1, Math.floor(fitting / count)) };
}

/** As {@link shareOut}, for this computer as it is now. */
export function shareOutHere<T>(hosts: readonly T[], most = mostEvaluations) {
  return shareOut(hosts, hostsThatFit(availableMemoryMiB()), availableParallelism(), most);
}

/**
 * Evaluates hosts, several nix side by side in chunks that fit the free memory, and tells of each host as soon as its
 * chunk is through. A host that throws fails alone. `isRepeatable`: the same files evaluate to the same again, as those of
 * a flake do unless something that its lock does not name had to be looked up.
 * @param options `lockFile` counts in place of the flake's own lock; `limit` says how many nix run at once
 */
export async function evaluateSystems(
  context: JobContext,
  fleet: DeploySpec['fleet'],
  hosts: readonly HostToEvaluate[],
  onResult: (host: HostName, result: EvaluatedSystem | ProblemError) => void,
  { lockFile, limit }: { lockFile?: string | undefined; limit?: Limit } = {},
): Promise<{ isRepeatable: boolean }> {
  const byName = new Map(hosts.map((host) => [String(host.name), host.name]));
  const questions = systemQuestions(fleet.form, hosts);
  const asked = new Set(questions.map(({ name }) => name));
  for (const { name } of hosts) {
    if (!asked.has(name)) onResult(name, deployError(deployProblems.unknownHost(name)));
  }
  let isLocked = true;
  const onLog = (text: string): void => {
    if (text.includes('not writing modified lock file')) isLocked = false;
  };
  const evaluate = evaluatorInJob(context, fleet, { lockFile, onLog });
  const onAnswers = (answers: readonly HostAnswer<EvaluatedSystem>[]): void => {
    for (const answer of answers) {
      const name = byName.get(answer.question.name);
      if (name === undefined) continue;
      onResult(name, 'answer' in answer ? answer.answer : new ProblemError(answer.problem));
    }
  };
  const { shares, chunkSize } = shareOutHere(questions, limit?.places);
  const ask = (share: readonly HostQuestion<EvaluatedSystem>[]) => () =>
    askHosts(share, { evaluate, chunkSize, onAnswers });
  await Promise.all(shares.map((share) => (limit ? limit.run(context.signal, ask(share)) : ask(share)())));
  // Before 2.19, the outputs as a whole are asked for by an expression that is free to look at anything.
  const isPure = fleet.form === 'flake' && isAtLeast((await findNix()).version, wholeOutputsSince);
  return { isRepeatable: isPure && isLocked };
}

/** An evaluator whose commands are kept with the job, and whose words go into the job's own log. */
export function evaluatorInJob(
  context: Pick<JobContext, 'emit' | 'log' | 'signal'>,
  fleet: DeploySpec['fleet'],
  { lockFile, onLog }: { lockFile?: string | undefined; onLog?: (text: string) => void } = {},
): Evaluator {
  const source = evaluationSource(fleet);
  return async (apply) => {
    const nix = await findNix();
    const argv = nixArgv(nix, await evalArguments({ source, apply, lockFile }), nix.shown);
    const command = { host: null, stage: 'evaluate', where: 'here', argv, env: {} } as const;
    context.emit({ type: 'command', command, exitCode: null });
    let exitCode = 1;
    try {
      const value = await evalJson({
        source,
        apply,
        lockFile,
        schema: z.unknown(),
        signal: context.signal,
        flakeFolder: fleet.path,
        onLog: (text) => {
          context.log(null, text);
          onLog?.(text);
        },
      });
      exitCode = 0;
      return value;
    } finally {
      context.emit({ type: 'command', command, exitCode });
    }
  };
}
