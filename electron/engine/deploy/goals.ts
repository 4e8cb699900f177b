import type { Goal } from '../../../shared/contract/deploy.ts';
import type { Stage } from '../../../shared/contract/job.ts';
import type { DeployHost, DeploySpec, PlannedSystem } from './spec.ts';

interface GoalFacts {
  /** What is shown in a title, before the hosts. */
  readonly verb: string;
  readonly stages: readonly Stage[];
  /** True where the new system becomes the one that the host boots. */
  readonly setsProfile: boolean;
  /** True where the running system changes, so that a watchdog makes sense. */
  readonly isGuarded: boolean;
}

const untilCopy: readonly Stage[] = ['plan', 'evaluate', 'build', 'copy'];

/** What each goal does: the words are switch-to-configuration's, `build` and `push` are colmena's; the last two are ours. */
export const goals: Readonly<Record<Goal, GoalFacts>> = {
  switch: {
    verb: 'Switch',
    stages: [...untilCopy, 'activate', 'confirm', 'verify'],
    setsProfile: true,
    isGuarded: true,
  },
  boot: {
    verb: 'Make bootable',
    stages: [...untilCopy, 'activate', 'confirm', 'verify'],
    setsProfile: true,
    isGuarded: false,
  },
  test: { verb: 'Test', stages: [...untilCopy, 'activate', 'confirm', 'verify'], setsProfile: false, isGuarded: true },
  'dry-activate': { verb: 'Plan', stages: [...untilCopy, 'activate'], setsProfile: false, isGuarded: false },
  build: { verb: 'Build', stages: ['plan', 'evaluate', 'build'], setsProfile: false, isGuarded: false },
  push: { verb: 'Push', stages: untilCopy, setsProfile: false, isGuarded: false },
  keys: { verb: 'Upload the keys of', stages: ['plan', 'keys'], setsProfile: false, isGuarded: false },
  'confirm-boot': {
    verb: 'Confirm the boot of',
    stages: ['plan', 'confirm', 'verify'],
    setsProfile: false,
    isGuarded: false,
  },
};

/** True where the host must be reached. */
export function needsTarget(goal: Goal, host: { buildOnTarget: boolean }): boolean {
  return goal !== 'build' || host.buildOnTarget;
}

/** True where systems are evaluated. */
export function evaluates({ goal, rollbackTo }: Pick<DeploySpec, 'goal' | 'rollbackTo'>): boolean {
  return rollbackTo === null && goals[goal].stages.includes('evaluate');
}

/**
 * True where a host's system is known before the job begins. Only our own engine can be given one: a program evaluates by
 * itself, and that is compared with the plan.
 */
export function isAsPlanned<Host extends Pick<DeployHost, 'planned'>>(
  { engine }: Pick<DeploySpec, 'engine'>,
  host: Host,
): host is Host & { planned: PlannedSystem & { drvPath: string } } {
  return engine === 'nix' && typeof host.planned?.drvPath === 'string';
}

/** True where something is done as root. */
export function needsRoot(goal: Goal): boolean {
  return goals[goal].stages.some((stage) => stage === 'activate' || stage === 'keys' || stage === 'confirm');
}

/** True where a host's `deployment.keys` come to it, whoever uploads them. */
export function bringsKeys(
  { goal, rollbackTo }: Pick<DeploySpec, 'goal' | 'rollbackTo'>,
  { keys }: Pick<DeployHost, 'keys'>,
): boolean {
  const isActivated = goal === 'switch' || goal === 'boot' || goal === 'test';
  return keys !== null && rollbackTo === null && (goal === 'keys' || isActivated);
}

/** True where our own steps upload a host's `deployment.keys`; colmena does it itself. */
export function uploadsKeys(
  spec: Pick<DeploySpec, 'goal' | 'engine' | 'rollbackTo'>,
  host: Pick<DeployHost, 'keys'>,
): boolean {
  return bringsKeys(spec, host) && (spec.goal === 'keys' || spec.engine !== 'colmena');
}

/** What a host goes through in a deploy. */
export function stagesOfHost(
  spec: Pick<DeploySpec, 'goal' | 'engine' | 'rollbackTo' | 'reboot'>,
  host: DeployHost,
): Stage[] {
  if (spec.rollbackTo !== null) return stagesBack(spec, host);
  const stages = withReboot(spec, host, goals[spec.goal].stages);
  if (spec.goal === 'keys' || !uploadsKeys(spec, host)) return [...stages];
  return stages.flatMap((stage) => (stage === 'activate' ? ['keys', stage] : [stage]));
}

/** What going back goes through: everything is there already. */
export function stagesBack(spec: Pick<DeploySpec, 'goal' | 'reboot'>, host: Pick<DeployHost, 'isLocal'>): Stage[] {
  const stages: readonly Stage[] =
    spec.goal === 'dry-activate' ? ['plan', 'activate'] : ['plan', 'activate', 'confirm', 'verify'];
  return [...withReboot(spec, host, stages)];
}

/** Restarting comes when the new system is confirmed, and is verified with it. */
function withReboot(
  { reboot }: Pick<DeploySpec, 'reboot'>,
  { isLocal }: Pick<DeployHost, 'isLocal'>,
  stages: readonly Stage[],
): readonly Stage[] {
  // This computer is restarted by whoever sits at it.
  if (reboot === 'never' || isLocal) return stages;
  return stages.flatMap((stage): Stage[] => (stage === 'verify' ? ['reboot', stage] : [stage]));
}
