import type { Goal } from '../../../shared/contract/deploy.ts';
import type { Stage } from '../../../shared/contract/job.ts';

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

/** What each goal does: the words are switch-to-configuration's, `build` and `push` are colmena's. */
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
};

/** True where the host must be reached. */
export function needsTarget(goal: Goal, host: { buildOnTarget: boolean }): boolean {
  return goal !== 'build' || host.buildOnTarget;
}

/** What going back goes through: everything is there already. */
export function rollbackStages(goal: Goal): readonly Stage[] {
  return goal === 'dry-activate' ? ['plan', 'activate'] : ['plan', 'activate', 'confirm', 'verify'];
}
