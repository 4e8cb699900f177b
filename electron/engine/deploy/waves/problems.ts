import type { HealthResult } from '../../../../shared/contract/health.ts';
import type { Problem } from '../../../../shared/contract/problem.ts';
import { checkLines } from '../health/run-checks.ts';
import type { WaveMistake } from '../../../../shared/fleet/waves.ts';

/** Why no other wave begins: hosts failed, a wave had nobody there or was refused (so that nothing failed), or a person said so. */
export type HaltCause = 'failure' | 'untried' | 'person';

const notReachedAdvice: Readonly<Record<HaltCause, string[]>> = {
  failure: ['Look at what failed, then retry the failed hosts: these are among them.'],
  untried: [
    'When a host of that wave is back, retry the failed hosts: all of them are among those, in the same waves.',
    'To go on without that wave, deploy to the others alone.',
  ],
  person: ['When the deploy may go on, retry the failed hosts: these are among them, and those that are done are not.'],
};

/** What can go wrong with waves. */
export const waveProblems = {
  selection: ({ wave, text, message }: WaveMistake): Problem => ({
    code: 'waves-selection',
    title: `The wave “${wave}” has a wrong selection: ${message}`,
    evidence: text,
    advice: [
      'Correct “on” of that wave; nothing was started.',
      'What is written under [[waves.wave]] stands in nixstead.toml; what --waves names, in a file of its own.',
    ],
  }),
  notReached: (host: string, reason: string, by: HaltCause): Problem => ({
    code: 'wave-not-reached',
    title: `${host} was left as it is: the deploy stopped before its wave`,
    evidence: reason,
    advice: notReachedAdvice[by],
    canRetry: true,
  }),
  /** A wave cannot be tried, which was known before anything began. */
  notBegun: (host: string, reason: string): Problem => ({
    code: 'wave-not-reached',
    title: `${host} was left as it is: no wave begins where one cannot be tried`,
    evidence: reason,
    advice: [
      'See to what that host says, then retry the failed hosts: all of them are among those, in the same waves.',
      'To go on without it, deploy to the others alone.',
    ],
    canRetry: true,
  }),
  /** It was away, and was to be deployed when it comes back. */
  notLater: (host: string, reason: string, by: HaltCause): Problem => ({
    code: 'wave-not-reached',
    title: `${host} does not answer, and is not deployed when it comes back: the deploy was stopped`,
    evidence: reason,
    advice: [
      by === 'person'
        ? 'When the deploy may go on, retry the failed hosts: it is among them.'
        : 'Look at what failed, then retry the failed hosts: it is among them.',
    ],
    canRetry: true,
  }),
  /** At the gate of its wave. */
  notWell: (host: string, failed: readonly HealthResult[]): Problem => ({
    code: 'wave-unhealthy',
    title: `${host} was well, and ${failed.length === 1 ? 'a health check fails' : `${failed.length} health checks fail`} now: ${failed.map(({ name }) => name).join(', ')}`,
    evidence: checkLines(failed),
    advice: [
      'No other wave begins unless the plan allows for it. See to what the check names, then retry the failed hosts.',
      'A check that is wrong stands in nixstead.toml.',
    ],
    canRetry: true,
  }),
  unitsFailed: (host: string, units: readonly string[]): Problem => ({
    code: 'wave-unhealthy',
    title: `${host} was well, and ${units.length === 1 ? 'a unit has' : `${units.length} units have`} failed since: ${units.join(', ')}`,
    evidence: 'systemctl list-units --state=failed',
    advice: [
      'No other wave begins unless the plan allows for it. See to what failed, then retry the failed hosts.',
      ...units.slice(0, 3).map((unit) => `Look at its log on ${host}: journalctl -u ${unit} -b`),
    ],
    canRetry: true,
  }),
  /** @param remark what is not well there in spite of it, such as a unit that fails in what it ran before too */
  wentBack: (host: string, remark: Problem | undefined): Problem => ({
    code: 'wave-went-back',
    title: `${host} went back to what it ran before, since the deploy was stopped`,
    evidence: ['when-stopped = "go-back"', ...(remark ? [remark.title, remark.evidence] : [])].join('\n'),
    advice: ['The new system is still in its list of generations.'],
  }),
  /** @param states what it was in before the deploy, and what it is in now */
  notBack: (host: string, states: string, remark: Problem | undefined): Problem => ({
    code: 'wave-not-back',
    title: `${host} could not go back to what it ran before`,
    evidence: [states, ...(remark ? [remark.title, remark.evidence] : [])].join('\n'),
    advice: ['Look at its log, and go back by hand where that is wanted: its generations are listed on its page.'],
  }),
  cannotGoBack: (host: string): Problem => ({
    code: 'wave-cannot-go-back',
    title: `${host} keeps the new system: it had nothing before to go back to`,
    evidence: 'It had no system profile before the deploy',
    advice: ['Deploy an older state of the fleet to it.'],
  }),
} as const;
