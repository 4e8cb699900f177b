import type { HostName, JobId } from '../../../shared/contract/ids.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import type { Step } from '../../../shared/contract/job.ts';
import { ProblemError } from '../errors.ts';

export function noSuchJob(id: JobId): ProblemError {
  return new ProblemError({
    code: 'job-unknown',
    title: `There is no job ${id}`,
    evidence: '',
    advice: ['Look at the list of jobs: its number may be mistyped.'],
  });
}

export function unknownKind(kind: string): ProblemError {
  return new ProblemError({
    code: 'job-kind-unknown',
    title: `This Nixstead knows no job of the kind ${kind}`,
    evidence: '',
    advice: ['The job was queued by another version: start that one, or queue the job again.'],
  });
}

export function invalidSpec(kind: string, cause: Error): ProblemError {
  return new ProblemError(
    { code: 'job-spec-invalid', title: `A ${kind} job cannot be made of this`, evidence: cause.message, advice: [] },
    { cause },
  );
}

/** The job's folder could not be written: a full disk, for instance. Nothing of the job was begun. */
export function jobNotWritten(folder: string, cause: Error): ProblemError {
  return new ProblemError(
    {
      code: 'job-not-written',
      title: 'The job could not be begun',
      evidence: cause.message,
      advice: [
        `Free space on the disk that holds ${folder}, or give your user write access there.`,
        'Nothing was done: start it again afterwards.',
      ],
      canRetry: true,
    },
    { cause },
  );
}

/** Answering, cancelling or resizing came too late. */
export function jobIsOver(id: JobId): ProblemError {
  return new ProblemError({
    code: 'job-over',
    title: `The job ${id} is over`,
    evidence: '',
    advice: ['Nothing is left to do there. Start a new one if it did not succeed.'],
  });
}

/** A job was cancelled, for a later one did its work. */
export function overtaken({ id, title }: { readonly id: JobId; readonly title: string }): Problem {
  return {
    code: 'job-overtaken',
    title: `“${title}” has taken the place of this job, which was cancelled`,
    evidence: `Job ${id}`,
    advice: ['Where this one is wanted all the same, start it again.'],
  };
}

export function promptIsOver(): Problem {
  return {
    code: 'prompt-over',
    title: 'This question was answered already or is not asked any more',
    evidence: '',
    advice: ['Look at the job: another window may have answered.'],
  };
}

export function refusedRequest(reason: string): Problem {
  return { code: 'runner-refused', title: 'The process of this job refused the request', evidence: reason, advice: [] };
}

export function runnerUnreachable(reason: string): ProblemError {
  return new ProblemError({
    code: 'runner-unreachable',
    title: 'The process that runs this job does not answer',
    evidence: reason,
    advice: ['Wait a moment and try again: if the process has died, the job is closed as interrupted.'],
    canRetry: true,
  });
}

export function runnerNotStarted(reason: string): Problem {
  return {
    code: 'runner-not-started',
    title: 'The process that should run this job could not be started',
    evidence: reason,
    advice: ['Nothing was done on any host. Start the job again.'],
    canRetry: true,
  };
}

/** Where a job stood when its runner died. */
export function interrupted(running: readonly Step[], evidence: string): Problem {
  const where = running.map((step) => `step ${step.stage} of ${step.host}`);
  return {
    code: 'job-interrupted',
    title: where.length === 0 ? 'Interrupted before its first step' : `Interrupted in ${summarise(where)}`,
    evidence,
    advice: [
      running.some((step) => step.stage === 'activate' || step.stage === 'confirm')
        ? 'The host may have switched or not: look at what it runs before you deploy again. Where its watchdog was armed and nobody confirmed, it was to go back by itself once its time was over.'
        : 'No host was being switched at that moment.',
      'Start the job again: what was built and copied is not done twice.',
    ],
    canRetry: true,
  };
}

/** Nobody can keep or revert a host that is not between its switch and its confirmation. */
export function nothingToDecide(host: HostName): Problem {
  return {
    code: 'nothing-to-decide',
    title: `There is nothing to decide about ${host}`,
    evidence: 'Its watchdog is not armed (yet, or any more)',
    advice: ['Look at the job: it says what became of the host.'],
  };
}

/** Only a deploy that has begun works on several hosts at once. */
export function nothingToLimit(): Problem {
  return {
    code: 'nothing-to-limit',
    title: 'This job has nothing that could be limited now',
    evidence: 'It has not begun yet, or it is no deploy',
    advice: ['Try again when it runs.'],
  };
}

export function jobCrashed(error: unknown): Problem {
  return {
    code: 'job-crashed',
    title: 'The job stopped because of a mistake in Nixstead',
    evidence: error instanceof Error ? (error.stack ?? error.message) : String(error),
    advice: ['Please report it with this text. The hosts say what they are in on the page of the fleet.'],
  };
}

export function cancelledWhileChecking(limitMs: number): Problem {
  return {
    code: 'cancel-check-timed-out',
    title: 'Cancelled, but not every host said in time what it is in',
    evidence: `no answer within ${limitMs / 1000} s`,
    advice: ['Look at the running generation of each host before you deploy again.'],
  };
}

export function logNotWritten(cause: Error): string {
  return `The log could not be written: ${cause.message}. The job goes on without it.`;
}

function summarise(parts: readonly string[]): string {
  const shown = parts.slice(0, 3).join(', ');
  return parts.length > 3 ? `${shown} and ${parts.length - 3} more` : shown;
}
