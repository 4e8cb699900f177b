import type { InstallDraft, InstallStep } from '../../shared/contract/install.ts';
import type { Stage, Step } from '../../shared/contract/job.ts';

/** What each step is called on the rail. */
export const STEP_TITLES: Readonly<Record<InstallStep, string>> = {
  find: 'Find',
  probe: 'Probe',
  host: 'Name and role',
  disks: 'Disks',
  secrets: 'Secrets',
  review: 'Review',
  rehearse: 'Rehearse',
  gate: 'Gate',
  install: 'Install',
  boot: 'First boot',
};

const STEPS: Readonly<Record<InstallDraft['kind'], readonly InstallStep[]>> = {
  new: ['find', 'probe', 'host', 'disks', 'secrets', 'review', 'rehearse', 'gate', 'install', 'boot'],
  reinstall: ['find', 'probe', 'disks', 'secrets', 'review', 'rehearse', 'gate', 'install', 'boot'],
  adopt: ['find', 'probe', 'host', 'review'],
};

/** The steps of a kind of install, in their order. */
export function stepsOf(kind: InstallDraft['kind']): readonly InstallStep[] {
  return STEPS[kind];
}

/** What is known of a draft that decides which steps can be entered. */
export interface Progress {
  readonly draft: InstallDraft;
  /** Why NixOS cannot be installed on the machine; null: it can, or it was not looked at. */
  readonly verdictRefusal: string | null;
  /** True once what was chosen has been evaluated, built and compared. */
  readonly isChecked: boolean;
  /** False where the layout reads keys of which nobody has said where they come from. */
  readonly areKeysKnown: boolean;
}

/** Why a step cannot be entered yet, as a sentence that says what is missing; null where it can. */
export function whyNotYet(
  step: InstallStep,
  { draft, verdictRefusal, isChecked, areKeysKnown }: Progress,
): string | null {
  const { kind, report, request, jobs } = draft;
  if (step === 'find') return null;
  if (report === null) return 'Find the machine first: it was not looked at yet.';
  if (step === 'probe') return null;
  if (kind === 'adopt' && !report.os.isNixos)
    return 'The machine does not run NixOS, so there is nothing to take over.';
  if (kind !== 'adopt' && verdictRefusal !== null) return verdictRefusal;
  if (step === 'host') return null;
  if (request.host === undefined || request.newHost === undefined) return 'Name the host first.';
  if (step === 'disks' || (kind === 'adopt' && step === 'review')) return null;
  if (request.layout === undefined) return 'Choose a layout for the disks first.';
  if (step === 'secrets' || step === 'review') return null;
  if (step === 'rehearse' || step === 'gate') {
    if (!isChecked) return 'Run the dry checks of the review first.';
    return areKeysKnown ? null : 'Say first where the keys of its encrypted disks come from.';
  }
  return jobs.install === null ? 'The install has not begun.' : null;
}

/** The step after another one; null after the last. */
export function stepAfter(kind: InstallDraft['kind'], step: InstallStep): InstallStep | null {
  const steps = stepsOf(kind);
  return steps[steps.indexOf(step) + 1] ?? null;
}

/** The step before another one; null before the first. */
export function stepBefore(kind: InstallDraft['kind'], step: InstallStep): InstallStep | null {
  const steps = stepsOf(kind);
  return steps[steps.indexOf(step) - 1] ?? null;
}

/** The last step, up to a wanted one, that can be entered. */
export function furthestStep(
  kind: InstallDraft['kind'],
  wanted: InstallStep,
  canEnter: (step: InstallStep) => boolean,
): InstallStep {
  const steps = stepsOf(kind);
  return steps.slice(0, steps.indexOf(wanted) + 1).findLast(canEnter) ?? 'find';
}

/**
 * True once a job has begun with a stage. An install that fails skips what would have come after it, and one that is given
 * up cancels that.
 */
export function hasBegun(steps: readonly Pick<Step, 'stage' | 'state'>[], stage: Stage): boolean {
  return steps.some((step) => step.stage === stage && ['running', 'done', 'failed'].includes(step.state));
}
