import type { RollbackTarget } from '../../../../shared/contract/generation.ts';
import type { Command, Stage } from '../../../../shared/contract/job.ts';
import { buildArguments } from '../../nix/build.ts';
import { copyCommand } from '../../nix/copy.ts';
import { findNix, findNixHere, type NixProgram } from '../../nix/nix-program.ts';
import { nixArgv, type NixCommand } from '../../nix/run.ts';
import { nixSshOptions } from '../../nix/ssh-options.ts';
import type { SshFiles } from '../../ssh/config.ts';
import { sshTarget } from '../../ssh/target.ts';
import { activate, type ActivateOptions } from '../activate.ts';
import type { Activation } from '../activation.ts';
import type { ActivationStatus } from '../activation-script.ts';
import { askBuildAbility, mustBuildHere, mustBuildThere } from '../architecture.ts';
import { buildHere, buildOnTarget, buildOnTargetCommand } from '../build.ts';
import { fetchCommand } from '../build-host.ts';
import { activationCommands, systemProfile } from '../commands.ts';
import { copySystem } from '../copy.ts';
import type { Reached } from '../deploy-work.ts';
import { goals } from '../goals.ts';
import { localPrivilege } from '../local-link.ts';
import type { Limit } from '../limits.ts';
import { isSudo } from '../privilege.ts';
import type { DeployHost, DeploySpec } from '../spec.ts';
import { targetStore } from '../target-store.ts';
import type { DeployEngine, HostAtWork, Passage } from './engine.ts';

/** Our own engine: nix builds and copies, and the target activates in a transient unit that outlives the connection. */
export const nixEngine: DeployEngine = {
  passage: (at) => new NixPassage(at),
  commands: async (spec, host, files) => hostCommands(await findNix(), spec, host, files),
};

class NixPassage implements Passage {
  readonly limit: Limit;
  readonly evaluatesItself = false;
  readonly #at: HostAtWork;

  constructor(at: HostAtWork) {
    this.#at = at;
    this.limit = at.work.limits.activations;
  }

  async bring(): Promise<void> {
    const { work, reached, onBuilt } = this.#at;
    const { goal } = work.spec;
    await this.#build();
    if (goal === 'build' || !reached) return;
    await onBuilt();
    await this.#copy(reached);
  }

  async activate(activation: Activation, options: ActivateOptions): Promise<ActivationStatus> {
    const { host, reached } = this.#at;
    if (!reached) throw new TypeError('Only a host that was reached is activated');
    const { setProfile, switchTo } = activationCommands(host.name, activation, reached.privilege);
    for (const command of [...(setProfile ? [setProfile] : []), switchTo]) this.#tell(command, null);
    const status = await activate(reached.link, activation, options);
    if (setProfile) this.#tell(setProfile, status.state === 'profile' ? status.exitCode : 0);
    if (status.state === 'switch') this.#tell(switchTo, status.exitCode);
    return status;
  }

  async #build(): Promise<void> {
    const { work, host, steps, system, reached, onStage } = this.#at;
    const { context, limits, spec } = work;
    onStage('build', 'waiting for a place');
    // This computer's own system has to be in its own store.
    if (reached !== null && reached.link.target === null) await findNixHere();
    const build = { host: host.name, system, steps, flakeFolder: spec.fleet.path };
    const note = await limits.builds.run(context.signal, async () => {
      steps.start('build');
      if (work.buildHost !== null) return work.buildHost.build(build, host.system);
      if (host.buildOnTarget && reached?.link.target) {
        const session = await reached.link.open(context.signal);
        const ability = host.system === null ? null : await askBuildAbility(session, context.signal);
        const place = { kind: 'target', session, ability } as const;
        await mustBuildThere(host.name, host.system, system.outPath, place, context.signal);
        return buildOnTarget(context, build, this.#storeOf(reached));
      }
      await mustBuildHere(host.name, host.system, system.outPath, work.buildAbility);
      return buildHere(context, build);
    });
    steps.done('build', note);
  }

  async #copy(reached: Reached): Promise<void> {
    const { work, host, steps, system, onStage } = this.#at;
    const { currentSystem, profileSystem, bootedSystem } = reached.facts;
    const path = system.outPath;
    if (
      reached.link.target === null ||
      host.buildOnTarget ||
      [currentSystem, profileSystem, bootedSystem].includes(path)
    ) {
      steps.skip('copy', 'is there already');
      return;
    }
    onStage('copy', 'waiting for a place');
    const { link } = reached;
    const note = await work.limits.copies.run(work.context.signal, (lend) => {
      steps.start('copy');
      return copySystem(work.context, {
        host: host.name,
        path,
        place: link.place,
        store: this.#storeOf(reached),
        link,
        steps,
        onSlow: lend,
      });
    });
    steps.done('copy', note);
  }

  #storeOf({ link, secrets, privilege, mayBecomeRoot }: Reached) {
    // As root nix there trusts what comes; from an ordinary user it wants signatures.
    const throughSudo = mayBecomeRoot && isSudo(privilege);
    if (link.target === null) throw new TypeError('Nothing is copied to this computer');
    return targetStore(link.target, this.#at.work.files, secrets, throughSudo);
  }

  #tell(command: Command, exitCode: number | null): void {
    this.#at.work.context.emit({ type: 'command', command, exitCode });
  }
}

/** What only evaluating and starting tell, as it stands in the commands of a preview. */
const placeholders = {
  system: '<system>',
  derivation: '<derivation>',
  generation: '<generation>',
  link: '<job>/systems/',
} as const;

function hostCommands(nix: NixProgram, spec: DeploySpec, host: DeployHost, files: SshFiles): Command[] {
  const { goal } = spec;
  const { name, target: address } = host;
  const { stages, setsProfile } = goals[goal];
  const { system } = placeholders;
  if (goal === 'confirm-boot') {
    const argv = [...ofUser(address?.user ?? null, host), `${systemProfile}/bin/switch-to-configuration`, 'boot'];
    return [{ host: name, stage: 'confirm', where: 'target', argv, env: {} }];
  }
  if (goal === 'keys') return [];
  if (spec.rollbackTo !== null) return commandsBack(spec, host, spec.rollbackTo);
  const builds = buildCommands(spec, host, files).map((command) => nixCommandOf(nix, name, 'build', command));
  if (address === null && !host.isLocal) return builds;

  const target = host.isLocal || address === null ? null : sshTarget(address, host.sshOptions);
  const privilege = target === null ? localPrivilege(host.privilegeCommand) : ofUser(target.user, host);
  const commands = [...builds];
  if (target !== null && stages.includes('copy') && !host.buildOnTarget) {
    const store = targetStore(target, files, {}, isSudo(privilege));
    const copy = copyCommand({ ...store, paths: [system], substituteOnDestination: true });
    commands.push(nixCommandOf(nix, name, 'copy', copy));
  }
  if (stages.includes('activate') && goal !== 'build' && goal !== 'push') {
    const profile = setsProfile ? systemProfile : null;
    const { setProfile, switchTo } = activationCommands(name, { system, goal, profile, toGeneration: null }, privilege);
    commands.push(...(setProfile ? [setProfile] : []), switchTo);
  }
  return commands;
}

/** To what is there: nothing is built or copied. */
function commandsBack({ goal }: Pick<DeploySpec, 'goal'>, host: DeployHost, to: RollbackTarget): Command[] {
  if (goal !== 'switch' && goal !== 'dry-activate') return [];
  const toGeneration = typeof to === 'object' && 'generation' in to ? to.generation : placeholders.generation;
  const system = host.planned?.outPath ?? placeholders.system;
  const privilege = host.isLocal ? localPrivilege(host.privilegeCommand) : ofUser(host.target?.user ?? null, host);
  const activation = { system, goal, profile: goals[goal].setsProfile ? systemProfile : null, toGeneration };
  const { setProfile, switchTo } = activationCommands(host.name, activation, privilege);
  return [...(setProfile ? [setProfile] : []), switchTo];
}

function ofUser(user: string | null, { privilegeCommand }: DeployHost): readonly string[] {
  return user === 'root' ? [] : privilegeCommand;
}

/** Where and how its system is built. */
function buildCommands({ buildHost }: DeploySpec, host: DeployHost, files: SshFiles): NixCommand[] {
  const { system, derivation, link } = placeholders;
  if (buildHost !== null) {
    const store = targetStore(sshTarget(buildHost.target, buildHost.sshOptions), files);
    return [buildOnTargetCommand(store, derivation), fetchCommand(store, system)];
  }
  if (host.buildOnTarget && host.target !== null && !host.isLocal) {
    const target = sshTarget(host.target, host.sshOptions);
    const throughSudo = isSudo(ofUser(target.user, host));
    return [buildOnTargetCommand(targetStore(target, files, {}, throughSudo), derivation)];
  }
  return [{ args: buildArguments({ subject: { drv: derivation }, outLink: `${link}${host.name}` }) }];
}

/** A run of nix as it is shown. */
export function nixCommandOf(nix: NixProgram, host: Command['host'], stage: Stage, command: NixCommand): Command {
  const env: Record<string, string> =
    command.sshOptions === undefined ? {} : { NIX_SSHOPTS: nixSshOptions(command.sshOptions) };
  return { host, stage, where: 'here', argv: nixArgv(nix, command.args, nix.shown), env };
}
