import type { DeployPreview } from '../../../shared/contract/deploy.ts';
import type { Command, Stage } from '../../../shared/contract/job.ts';
import { functionsFor } from '../fleet/host-questions.ts';
import { buildArguments } from '../nix/build.ts';
import { copyCommand } from '../nix/copy.ts';
import { evalArguments } from '../nix/eval.ts';
import { findNix, type NixProgram } from '../nix/nix-program.ts';
import { nixArgv, type NixCommand } from '../nix/run.ts';
import { nixSshOptions } from '../nix/ssh-options.ts';
import type { SshFiles } from '../ssh/config.ts';
import { sshTarget } from '../ssh/target.ts';
import { buildOnTargetCommand } from './build.ts';
import { activationCommands, systemProfile } from './commands.ts';
import { evaluationSource, shareOutHere, systemQuestions } from './evaluate.ts';
import { goals } from './goals.ts';
import { checkCommand } from './health/host-health.ts';
import { previewHosts } from './plan.ts';
import type { DeployHost, DeploySpec } from './spec.ts';
import { targetStore } from './target-store.ts';

/** What only evaluating and starting tell, as it stands in the commands of a preview. */
const placeholders = { system: '<system>', derivation: '<derivation>', link: '<job>/systems/' } as const;

/**
 * The exact commands of a deploy before anything of it is run.
 * @throws ProblemError `nix-missing`, `nix-unusable`
 */
export async function previewDeploy(spec: DeploySpec, files: SshFiles): Promise<DeployPreview> {
  const nix = await findNix();
  const hosts = spec.hosts.filter(({ refusal }) => refusal === null);
  const source = evaluationSource(spec.fleet);
  const { shares, chunkSize } = shareOutHere(systemQuestions(spec.fleet.form, hosts));
  const functions = shares.flatMap((share) => functionsFor(share, chunkSize));
  const evaluations = await Promise.all(
    functions.map(async (apply) => nixCommand(nix, null, 'evaluate', { args: await evalArguments({ source, apply }) })),
  );
  const commands = [...evaluations, ...hosts.flatMap((host) => hostCommands(nix, spec, host, files))];
  return { goal: spec.goal, hosts: previewHosts(spec), commands };
}

function hostCommands(nix: NixProgram, { goal }: DeploySpec, host: DeployHost, files: SshFiles): Command[] {
  const { name, target: address } = host;
  const { stages, setsProfile, isGuarded } = goals[goal];
  const { system, derivation, link } = placeholders;
  const here = { subject: { drv: derivation }, outLink: `${link}${name}` };
  if (address === null) return [nixCommand(nix, name, 'build', { args: buildArguments(here) })];

  const target = sshTarget(address, host.sshOptions);
  const privilege = target.user === 'root' ? [] : host.privilegeCommand;
  const store = targetStore(target, files, {}, privilege[0] === 'sudo');
  const build = host.buildOnTarget ? buildOnTargetCommand(store, derivation) : { args: buildArguments(here) };
  const commands = [nixCommand(nix, name, 'build', build)];
  if (stages.includes('copy') && !host.buildOnTarget) {
    const copy = copyCommand({ ...store, paths: [system], substituteOnDestination: true });
    commands.push(nixCommand(nix, name, 'copy', copy));
  }
  if (stages.includes('activate') && goal !== 'build' && goal !== 'push') {
    const profile = setsProfile ? systemProfile : null;
    const { setProfile, switchTo } = activationCommands(name, { system, goal, profile, toGeneration: null }, privilege);
    commands.push(...(setProfile ? [setProfile] : []), switchTo);
    if (isGuarded) commands.push(...host.checks.flatMap((check) => checkCommand(name, check, privilege) ?? []));
  }
  return commands;
}

function nixCommand(nix: NixProgram, host: Command['host'], stage: Stage, command: NixCommand): Command {
  const env: Record<string, string> =
    command.sshOptions === undefined ? {} : { NIX_SSHOPTS: nixSshOptions(command.sshOptions) };
  return { host, stage, where: 'here', argv: nixArgv(nix, command.args), env };
}
