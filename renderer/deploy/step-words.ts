import { stage, type Stage, type Step } from '../../shared/contract/job.ts';
import { formatBytes, formatBytesOf, formatDuration, formatSpeed } from '../ui/format.ts';
import type { Tone } from '../ui/tone.ts';

/** The stages in the order in which a host goes through them. */
export const STAGES: readonly Stage[] = stage.options;
/** The stages of a deploy, for a job that has told of none yet. */
export const DEPLOY_STAGES: readonly Stage[] = ['plan', 'evaluate', 'build', 'copy', 'activate', 'confirm', 'verify'];

export const STAGE_WORDS: Record<Stage, { title: string; doing: string }> = {
  plan: { title: 'Plan', doing: 'Planning' },
  evaluate: { title: 'Evaluate', doing: 'Evaluating' },
  build: { title: 'Build', doing: 'Building' },
  review: { title: 'Check', doing: 'Checking' },
  rehearse: { title: 'Rehearsal', doing: 'Rehearsing in a virtual machine' },
  kexec: { title: 'Installer', doing: 'Starting the installer' },
  hardware: { title: 'Hardware', doing: 'Reading the hardware' },
  gate: { title: 'Gate', doing: 'Reading the disks again' },
  disko: { title: 'Disks', doing: 'Erasing and formatting' },
  copy: { title: 'Copy', doing: 'Copying' },
  install: { title: 'Install', doing: 'Installing' },
  keys: { title: 'Keys', doing: 'Uploading keys' },
  activate: { title: 'Activate', doing: 'Activating' },
  confirm: { title: 'Confirm', doing: 'Confirming' },
  reboot: { title: 'Restart', doing: 'Restarting' },
  boot: { title: 'First boot', doing: 'Waiting for the first boot' },
  verify: { title: 'Verify', doing: 'Verifying' },
  clean: { title: 'Clean up', doing: 'Cleaning up' },
  commit: { title: 'Commit', doing: 'Committing' },
};

/** How far a running step is: `1.2 of 1.9 GiB · 11 MiB/s`, `8 of 20 · linux-6.12.58`; empty where nothing is known. */
export function stepProgressText(step: Step): string {
  const parts: string[] = [];
  if (step.unit === 'bytes') {
    if (step.total > 0) parts.push(formatBytesOf(step.done, step.total));
    else if (step.done > 0) parts.push(formatBytes(step.done));
    if (step.bytesPerSecond !== null && step.bytesPerSecond > 0) parts.push(formatSpeed(step.bytesPerSecond));
  } else if (step.total > 0) {
    parts.push(`${step.done} of ${step.total}`);
  }
  if (step.note !== '') parts.push(step.note);
  return parts.join(' · ');
}

export interface StepResult {
  tone: Tone;
  word: string;
}

/** Cells are narrow, and what a generation is stands in the column of results. */
function shortened(note: string): string {
  return note.replace(/^generation (?=\d)/, 'gen. ');
}

/** What stands in the cell of a step that is over. */
export function stepResult(step: Step): StepResult {
  const took = step.startedAt !== null && step.endedAt !== null ? formatDuration(step.endedAt - step.startedAt) : null;
  switch (step.state) {
    case 'failed':
      return { tone: 'bad', word: step.note || 'failed' };
    case 'skipped':
      return { tone: 'off', word: step.note || 'skipped' };
    case 'cancelled':
      return { tone: 'off', word: 'cancelled' };
    default:
      return { tone: 'ok', word: shortened(step.note) || took || 'done' };
  }
}

/** The whole cell in words, for screen readers. */
export function stepValueText(step: Step): string {
  switch (step.state) {
    case 'waiting':
      return 'waiting';
    case 'running':
      return stepProgressText(step) || 'running';
    case 'done':
      return step.note === '' ? 'done' : `done, ${step.note}`;
    default:
      return step.note === '' ? step.state : `${step.state}, ${step.note}`;
  }
}

/** `Copying 1.2 of 1.9 GiB`, for one line about a host; the speed and the note would not fit there. */
export function stepSentence(step: Step): string {
  const { doing } = STAGE_WORDS[step.stage];
  if (step.total <= 0) return doing;
  return step.unit === 'bytes'
    ? `${doing} ${formatBytesOf(step.done, step.total)}`
    : `${doing} ${step.done} of ${step.total}`;
}
