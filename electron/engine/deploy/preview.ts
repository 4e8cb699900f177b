import type { DeployPreview } from '../../../shared/contract/deploy.ts';
import type { Command } from '../../../shared/contract/job.ts';
import { functionsFor, type HostQuestion } from '../fleet/host-questions.ts';
import { evalArguments } from '../nix/eval.ts';
import { findNix } from '../nix/nix-program.ts';
import type { SshFiles } from '../ssh/config.ts';
import { engineGuards, engineOf } from './engines/all.ts';
import { nixCommandOf } from './engines/nix-engine.ts';
import { keyCommand, rebootCommand } from './commands.ts';
import { evaluationSource, hostsToEvaluate, shareOutHere, systemQuestions } from './evaluate.ts';
import { evaluates, goals, isAsPlanned, uploadsKeys } from './goals.ts';
import { checkCommand } from './health/host-health.ts';
import { localPrivilege } from './local-link.ts';
import { keyQuestions } from './keys/read-keys.ts';
import { previewHosts } from './plan.ts';
import type { DeployHost, DeploySpec } from './spec.ts';

/**
 * The exact commands of a deploy before anything of it is run.
 * @throws ProblemError `nix-missing`, `nix-unusable`
 */
export async function previewDeploy(spec: DeploySpec, files: SshFiles): Promise<DeployPreview> {
  const nix = await findNix();
  const hosts = spec.hosts.filter(({ refusal }) => refusal === null);
  const source = evaluationSource(spec.fleet);
  const { form } = spec.fleet;
  const open = evaluates(spec) ? hosts.filter((host) => !isAsPlanned(spec, host)) : [];
  const systems = systemQuestions(form, hostsToEvaluate(spec.engine, open));
  const withKeys = hosts.filter((host) => uploadsKeys(spec, host));
  const functions = [...functionsOf(systems), ...functionsOf(keyQuestions(form, withKeys))];
  const evaluations = await Promise.all(
    functions.map(async (apply) =>
      nixCommandOf(nix, null, 'evaluate', { args: await evalArguments({ source, apply }) }),
    ),
  );
  const ofHosts = await Promise.all(hosts.map((host) => hostCommands(spec, host, files)));
  const { engine: name, program, goal, reboot } = spec;
  const engine = { name, guard: engineGuards[name], program };
  const waves = spec.waves?.list ?? [];
  const { emptyWaves } = spec;
  const commands = [...evaluations, ...ofHosts.flat()];
  return { goal, engine, hosts: previewHosts(spec), waves, emptyWaves, reboot, commands };
}

function functionsOf(questions: readonly HostQuestion<unknown>[]): string[] {
  const { shares, chunkSize } = shareOutHere(questions);
  return shares.flatMap((share) => functionsFor(share, chunkSize));
}

async function hostCommands(spec: DeploySpec, host: DeployHost, files: SshFiles): Promise<Command[]> {
  const commands = await engineOf(spec).commands(spec, host, files);
  const { isGuarded } = goals[spec.goal];
  const { name, isLocal, target, privilegeCommand } = host;
  if (target === null && !isLocal) return commands;
  const privilege = isLocal ? localPrivilege(privilegeCommand) : target?.user === 'root' ? [] : privilegeCommand;
  const checks = isGuarded ? host.checks.flatMap((check) => checkCommand(name, check, privilege) ?? []) : [];
  // This computer is restarted by whoever sits at it.
  const restart = spec.reboot === 'never' || isLocal ? [] : [rebootCommand(name, privilege)];
  const at = Math.max(
    0,
    commands.findIndex(({ stage }) => stage === 'activate'),
  );
  return [...commands.toSpliced(at, 0, ...keyCommands(spec, host, privilege)), ...checks, ...restart];
}

/** What is uploaded. Evaluation tells where each key goes, and whose it is; its value is nobody's to see. */
function keyCommands(spec: DeploySpec, host: DeployHost, privilege: readonly string[]): Command[] {
  if (!uploadsKeys(spec, host)) return [];
  const owner = { user: '<user>', group: '<group>', mode: '<permissions>' };
  return (host.keys?.names ?? []).map((key) => keyCommand(host.name, { ...owner, path: `<folder>/${key}` }, privilege));
}
