import type { Problem } from '../../../../shared/contract/problem.ts';
import type { WaveMistake } from '../../../../shared/fleet/waves.ts';

/** What can go wrong with waves. */
export const waveProblems = {
  selection: ({ wave, text, message }: WaveMistake): Problem => ({
    code: 'waves-selection',
    title: `The wave “${wave}” has a wrong selection: ${message}`,
    evidence: text,
    advice: ['Correct “on” of that wave; nothing was started.'],
  }),
  notReached: (host: string, reason: string): Problem => ({
    code: 'wave-not-reached',
    title: `${host} was left as it is: the deploy stopped before its wave`,
    evidence: reason,
    advice: ['Look at what failed, then retry the failed hosts: these are among them.'],
    canRetry: true,
  }),
  wentBack: (host: string): Problem => ({
    code: 'wave-went-back',
    title: `${host} went back to what it ran before, since the deploy was stopped`,
    evidence: 'when-stopped = "go-back"',
    advice: ['The new system is still in its list of generations.'],
  }),
  cannotGoBack: (host: string): Problem => ({
    code: 'wave-cannot-go-back',
    title: `${host} keeps the new system: it had no generation before to go back to`,
    evidence: 'It had no system profile before the deploy',
    advice: ['Deploy an older state of the fleet to it.'],
  }),
} as const;
