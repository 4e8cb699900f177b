import { z } from 'zod';
import type { HostStatus } from '../../shared/contract/host.ts';
import type { HostName } from '../../shared/contract/ids.ts';
import type { JobDetail, Watchdog } from '../../shared/contract/job.ts';
import { isOver } from '../../shared/jobs/view.ts';

/**
 * A host that goes back by itself, or is about to. `armed`: a person can decide. `due`: its time is over, and it was not
 * heard of since. `left`: the job is over, so that nobody is there to confirm it. `past`: the same, and its time is over.
 */
export interface Guard {
  readonly host: HostName;
  readonly state: 'armed' | 'due' | 'reverting' | 'gone' | 'left' | 'past';
  /** Whole seconds that are left, 0 where none are. */
  readonly secondsLeft: number;
  readonly watchdog: Watchdog;
  /** True while the new system is still being activated. */
  readonly isActivating: boolean;
}

/** Most switches are confirmed at once; what asks for a person's attention waits for so long. */
const quietMs = 1500;

/** The hosts of a job that are guarded now, those with the least time first. */
export function guardsOf(detail: JobDetail, now: number): Guard[] {
  const over = isOver(detail.summary.state);
  return detail.summary.hosts
    .flatMap((host): Guard[] => {
      const watchdog = Object.hasOwn(detail.watchdogs, host) ? detail.watchdogs[host] : undefined;
      if (watchdog === undefined || Object.hasOwn(detail.outcomes, host)) return [];
      const state = stateOf(watchdog, over, now);
      if (state === null || isQuiet(watchdog, now)) return [];
      const secondsLeft = Math.max(0, Math.ceil((watchdog.deadlineAt - now) / 1000));
      const isActivating = detail.steps.some(
        (step) => step.host === host && step.stage === 'activate' && step.state === 'running',
      );
      return [{ host, state, secondsLeft, watchdog, isActivating }];
    })
    .sort((a, b) => a.watchdog.deadlineAt - b.watchdog.deadlineAt);
}

function stateOf(watchdog: Watchdog, over: boolean, now: number): Guard['state'] | null {
  switch (watchdog.state) {
    case 'armed':
      if (now < watchdog.deadlineAt) return over ? 'left' : 'armed';
      return over ? 'past' : 'due';
    case 'reverting':
    case 'gone':
      return over ? null : watchdog.state;
    case 'kept':
    case 'reverted':
      return null;
  }
}

function isQuiet({ state, seconds, deadlineAt }: Watchdog, now: number): boolean {
  const armedAt = deadlineAt - seconds * 1000;
  return state === 'armed' && now - armedAt < quietMs;
}

/** What stands beside a guarded host: what happens to it, and why. */
export function guardText({ host, state, watchdog, isActivating }: Guard): string {
  switch (state) {
    case 'armed':
      return isActivating
        ? 'The new system is being activated. Unless it is confirmed in time, the host goes back by itself to what it ran before.'
        : `Not confirmed yet: ${host} has to answer over a new connection, and its health checks have to pass. Otherwise it goes back by itself to what it ran before.`;
    case 'due':
      return 'Its time is over: it is going back by itself to what it ran before, and says so as soon as it can be reached.';
    case 'reverting':
      return `It is going back to what it ran before: ${watchdog.reason || 'it was not confirmed in time'}.`;
    case 'gone':
      return 'It was restarted meanwhile, so nothing guards it any more. It stays in the system that it booted.';
    case 'left':
      return 'This job ended before it could confirm the switch. The host goes back by itself; ask it again on the fleet page.';
    case 'past':
      return 'This job ended before it could confirm the switch, and never heard of it again.';
  }
}

/** The system that a job was to give a host; null where the job does not tell. */
function systemFor({ evaluated, spec }: JobDetail, host: HostName): string | null {
  const planned = plannedHosts.safeParse(spec).data?.hosts.find(({ name }) => name === host)?.planned;
  return planned?.outPath ?? evaluated?.systems.find((one) => one.host === host)?.system ?? null;
}

const plannedHosts = z.object({
  hosts: z.array(z.object({ name: z.string(), planned: z.object({ outPath: z.string() }).nullable().optional() })),
});

/** What is known of a `past` host: what it said of itself since its time was over, or that it has said nothing. */
export function sinceThen(detail: JobDetail, { host, watchdog }: Guard, status: HostStatus | undefined): string {
  const isHeard = status?.reachability === 'online' && (status.checkedAt ?? 0) > watchdog.deadlineAt;
  if (!isHeard) return 'What it runs is on the fleet page as soon as it answers there.';
  const system = systemFor(detail, host);
  const generation = status.generation === null ? '' : `; it boots generation ${status.generation}`;
  if (system === null || status.currentSystem === null)
    return `It answers${generation}. The fleet page shows what it runs.`;
  return status.currentSystem === system
    ? `It answers, and runs the new system all the same.`
    : `It answers, and does not run the new system${generation}.`;
}

/** What a screen reader is told, anew only at moments that matter: armed, half a minute left, ten seconds left. */
export function announcement(guards: readonly Guard[]): string {
  return guards
    .map(({ host, state, secondsLeft, watchdog }) => {
      if (state !== 'armed') return state === 'reverting' ? `${host} is going back.` : '';
      const moment = [10, 30].find((seconds) => secondsLeft <= seconds && watchdog.seconds > seconds);
      return `${host} goes back by itself ${moment === undefined ? `unless it is confirmed within ${watchdog.seconds} seconds` : `in less than ${moment} seconds`}. Keep or revert?`;
    })
    .filter((sentence) => sentence !== '')
    .join(' ');
}
