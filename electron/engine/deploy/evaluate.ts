import { z } from 'zod';
import type { HostName } from '../../../shared/contract/ids.ts';
import { ProblemError } from '../errors.ts';
import type { Evaluator } from '../fleet/evaluator.ts';
import { askHosts, type HostQuestion } from '../fleet/host-questions.ts';
import { kindsOf } from '../fleet/kinds/all.ts';
import type { Kind } from '../fleet/kinds/kind.ts';
import { availableMemoryMiB, hostsThatFit } from '../fleet/memory.ts';
import type { JobContext } from '../jobs/context.ts';
import { evalArguments, evalJson } from '../nix/eval.ts';
import { findNix } from '../nix/nix-program.ts';
import { nixArgv } from '../nix/run.ts';
import { deployError, deployProblems } from './problems.ts';
import type { DeployHost, DeploySpec } from './spec.ts';

/** A host's system: what builds it and where it will lie, before anything was built. */
const evaluated = z
  .object({ drv: z.string(), out: z.string(), stateVersion: z.string().nullable() })
  .transform(({ drv, out, stateVersion }) => ({ drvPath: drv, outPath: out, stateVersion }));
export type EvaluatedSystem = z.infer<typeof evaluated>;

/**
 * Nix: `outputs → name → { drv, out, stateVersion }`. Asking for the derivation writes it into the store, so that
 * building needs no second evaluation. (A set with an `outPath` would become that path alone in JSON.) The stateVersion
 * is kept with the job, since it must not change between two deploys.
 */
function systemFunction({ toplevel, node }: Kind): string {
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
    stateVersion = if version.success && builtins.isString version.value then version.value else null;
  })`;
}

/** The questions that evaluation is asked for these hosts. */
export function systemQuestions(
  form: DeploySpec['fleet']['form'],
  hosts: readonly Pick<DeployHost, 'name' | 'source'>[],
): HostQuestion<EvaluatedSystem>[] {
  const kinds = kindsOf(form);
  return hosts.flatMap(({ name, source }) => {
    const kind = kinds.find((candidate) => candidate.kind === source);
    if (kind === undefined) return [];
    const read = systemFunction(kind);
    return [{ name, key: source, read, evaluatesModules: true, parse: (value) => evaluated.parse(value) }];
  });
}

/** What nix evaluates. */
export function evaluationSource(fleet: DeploySpec['fleet']): { ref: string } | { file: string } {
  return fleet.form === 'flake' ? { ref: fleet.ref } : { file: fleet.ref };
}

/**
 * Evaluates hosts, one nix at a time in chunks that fit the free memory, and tells of each host as soon as its chunk
 * is through. A host that throws fails alone.
 */
export async function evaluateSystems(
  context: JobContext,
  fleet: DeploySpec['fleet'],
  hosts: readonly DeployHost[],
  onResult: (host: HostName, result: EvaluatedSystem | ProblemError) => void,
): Promise<void> {
  const byName = new Map(hosts.map((host) => [String(host.name), host.name]));
  const questions = systemQuestions(fleet.form, hosts);
  const asked = new Set(questions.map(({ name }) => name));
  for (const { name } of hosts) {
    if (!asked.has(name)) onResult(name, deployError(deployProblems.unknownHost(name)));
  }
  await askHosts(questions, {
    evaluate: evaluatorInJob(context, fleet),
    chunkSize: hostsThatFit(availableMemoryMiB()),
    onAnswers: (answers) => {
      for (const answer of answers) {
        const name = byName.get(answer.question.name);
        if (name === undefined) continue;
        onResult(name, 'answer' in answer ? answer.answer : new ProblemError(answer.problem));
      }
    },
  });
}

/** An evaluator whose commands are kept with the job, and whose words go into the job's own log. */
function evaluatorInJob(context: JobContext, fleet: DeploySpec['fleet']): Evaluator {
  const source = evaluationSource(fleet);
  return async (apply) => {
    const argv = nixArgv(await findNix(), await evalArguments({ source, apply }));
    const command = { host: null, stage: 'evaluate', where: 'here', argv, env: {} } as const;
    context.emit({ type: 'command', command, exitCode: null });
    let exitCode = 1;
    try {
      const value = await evalJson({
        source,
        apply,
        schema: z.unknown(),
        signal: context.signal,
        flakeFolder: fleet.path,
        onLog: (text) => context.log(null, text),
      });
      exitCode = 0;
      return value;
    } finally {
      context.emit({ type: 'command', command, exitCode });
    }
  };
}
