import type { Command, Stage } from '../../../../shared/contract/job.ts';
import { buildArguments } from '../../nix/build.ts';
import { copyCommand } from '../../nix/copy.ts';
import { findNix, type NixProgram } from '../../nix/nix-program.ts';
import { nixArgv, type NixCommand } from '../../nix/run.ts';
import { nixSshOptions } from '../../nix/ssh-options.ts';
import type { SshFiles } from '../../ssh/config.ts';
import { describeTarget, sshTarget } from '../../ssh/target.ts';
import { activate, type ActivateOptions } from '../activate.ts';
import type { Activation, ActivationStatus } from '../activation-script.ts';
import { buildHere, buildOnTarget, buildOnTargetCommand } from '../build.ts';
import { activationCommands, systemProfile } from '../commands.ts';
import { copySystem } from '../copy.ts';
import type { Reached } from '../deploy-work.ts';
import { goals } from '../goals.ts';
import type { Limit } from '../limits.ts';
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
    const build = { host: host.name, system, steps, flakeFolder: spec.fleet.path };
    const note = await limits.builds.run(context.signal, () => {
      steps.start('build');
      if (!host.buildOnTarget || !reached) return buildHere(context, build);
      return buildOnTarget(context, build, this.#storeOf(reached));
    });
    steps.done('build', note);
  }

  async #copy(reached: Reached): Promise<void> {
    const { work, host, steps, system, onStage } = this.#at;
    const { currentSystem, profileSystem, bootedSystem } = reached.facts;
    const path = system.outPath;
    if (host.buildOnTarget || [currentSystem, profileSystem, bootedSystem].includes(path)) {
      steps.skip('copy', 'is there already');
      return;
    }
    onStage('copy', 'waiting for a place');
    const { link } = reached;
    const place = describeTarget(link.target);
    const note = await work.limits.copies.run(work.context.signal, () => {
      steps.start('copy');
      return copySystem(work.context, { host: host.name, path, place, store: this.#storeOf(reached), link, steps });
    });
    steps.done('copy', note);
  }

  #storeOf({ link, secrets, privilege, mayBecomeRoot }: Reached) {
    // As root nix there trusts what comes; from an ordinary user it wants signatures.
    const throughSudo = mayBecomeRoot && privilege[0] === 'sudo';
    return targetStore(link.target, this.#at.work.files, secrets, throughSudo);
  }

  #tell(command: Command, exitCode: number | null): void {
    this.#at.work.context.emit({ type: 'command', command, exitCode });
  }
}

/** What only evaluating and starting tell, as it stands in the commands of a preview. */
const placeholders = { system: '<system>', derivation: '<derivation>', link: '<job>/systems/' } as const;

function hostCommands(nix: NixProgram, { goal }: DeploySpec, host: DeployHost, files: SshFiles): Command[] {
  const { name, target: address } = host;
  const { stages, setsProfile } = goals[goal];
  if (goal === 'keys') return [];
  const { system, derivation, link } = placeholders;
  const here = { subject: { drv: derivation }, outLink: `${link}${name}` };
  if (address === null) return [nixCommandOf(nix, name, 'build', { args: buildArguments(here) })];

  const target = sshTarget(address, host.sshOptions);
  const privilege = target.user === 'root' ? [] : host.privilegeCommand;
  const store = targetStore(target, files, {}, privilege[0] === 'sudo');
  const build = host.buildOnTarget ? buildOnTargetCommand(store, derivation) : { args: buildArguments(here) };
  const commands = [nixCommandOf(nix, name, 'build', build)];
  if (stages.includes('copy') && !host.buildOnTarget) {
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

/** A run of nix as it is shown. */
export function nixCommandOf(nix: NixProgram, host: Command['host'], stage: Stage, command: NixCommand): Command {
  const env: Record<string, string> =
    command.sshOptions === undefined ? {} : { NIX_SSHOPTS: nixSshOptions(command.sshOptions) };
  return { host, stage, where: 'here', argv: nixArgv(nix, command.args), env };
}
