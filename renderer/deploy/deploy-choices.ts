import type { DeployRequest, Goal, RebootChoice } from '../../shared/contract/deploy.ts';

/** What a person chose about restarts, hosts that are away, and where systems are built. */
export interface DeployChoices {
  readonly reboot: RebootChoice;
  readonly offline: 'fail' | 'skip' | 'wait' | 'later';
  readonly build: 'fleet' | 'here' | 'target' | 'machine';
  /** A host of the fleet, or `user@host:port`; heeded where `build` is `machine`. */
  readonly machine: string;
}

export const usualChoices: DeployChoices = { reboot: 'never', offline: 'fail', build: 'fleet', machine: '' };

/** For so long a host that is away is waited for. */
export const WAIT_SECONDS = 600;

/** What of it makes a difference for a goal. */
export function choicesFor(goal: Goal): { reboot: boolean; offline: boolean; later: boolean; build: boolean } {
  const changesHosts = goal === 'switch' || goal === 'boot' || goal === 'test';
  return {
    reboot: goal === 'switch' || goal === 'boot',
    offline: goal !== 'build',
    later: changesHosts || goal === 'push',
    build: goal !== 'keys',
  };
}

/** As it is asked for; what is as ever is left to the engine. */
export function requestOf(
  { reboot, offline, build, machine }: DeployChoices,
  goal: Goal,
): Pick<DeployRequest, 'reboot' | 'offline' | 'buildOn'> {
  const able = choicesFor(goal);
  const isLater = offline === 'later' && !able.later;
  const buildOn = build === 'machine' ? machine.trim() : build;
  return {
    reboot: able.reboot && reboot !== 'never' ? reboot : undefined,
    offline:
      !able.offline || offline === 'fail' ? undefined : offline === 'wait' ? WAIT_SECONDS : isLater ? 'skip' : offline,
    buildOn: !able.build || build === 'fleet' || buildOn === '' ? undefined : buildOn,
  };
}

/** Why what was chosen cannot be done; null where it can. */
export function mistakeIn({ build, machine }: DeployChoices, goal: Goal): string | null {
  if (!choicesFor(goal).build || build !== 'machine') return null;
  return machine.trim() === '' ? 'The machine that builds is not named.' : null;
}
