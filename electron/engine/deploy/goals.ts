import type { Goal } from '../../../shared/contract/deploy.ts';
import type { Stage } from '../../../shared/contract/job.ts';

interface GoalFacts {
  /** What is shown in a title, before the hosts. */
  readonly verb: string;
  readonly stages: readonly Stage[];
  /** True where the new system becomes the one that the host boots. */
  readonly setsProfile: boolean;
}

/** What each goal does: the words are switch-to-configuration's, `build` and `push` are colmena's. */
export const goals: Readonly<Record<Goal, GoalFacts>> = {
  switch: {
    verb: 'Switch',
    stages: ['plan', 'evaluate', 'build', 'copy', 'activate', 'verify'],
    setsProfile: true,
  },
  boot: {
    verb: 'Make bootable',
    stages: ['plan', 'evaluate', 'build', 'copy', 'activate', 'verify'],
    setsProfile: true,
  },
  test: { verb: 'Test', stages: ['plan', 'evaluate', 'build', 'copy', 'activate', 'verify'], setsProfile: false },
  'dry-activate': {
    verb: 'Dry-activate',
    stages: ['plan', 'evaluate', 'build', 'copy', 'activate'],
    setsProfile: false,
  },
  build: { verb: 'Build', stages: ['plan', 'evaluate', 'build'], setsProfile: false },
  push: { verb: 'Push', stages: ['plan', 'evaluate', 'build', 'copy'], setsProfile: false },
};

/** True where the host must be reached. */
export function needsTarget(goal: Goal, host: { buildOnTarget: boolean }): boolean {
  return goal !== 'build' || host.buildOnTarget;
}
