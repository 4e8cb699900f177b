import type { HostName } from '../../../shared/contract/ids.ts';
import type { Prompt } from '../../../shared/contract/job.ts';
import type { ChangePlan } from '../../../shared/contract/change.ts';
import type { Wave, WavePlan, WaveProgress } from '../../../shared/contract/waves.ts';
import { NOW } from './invented-hosts.ts';

/** A canary, then the web servers, then what is left. */
export function inventWaves(hosts: readonly HostName[]): Wave[] {
  const [canary, second, ...rest] = hosts;
  if (canary === undefined || second === undefined || rest.length === 0) return [];
  const gate = { waitMinutes: 0, isHealthChecked: false, isPaused: false };
  return [
    { name: 'canary', hosts: [canary], gate: { waitMinutes: 10, isHealthChecked: true, isPaused: true } },
    { name: '@web', hosts: [second], gate: { ...gate, isPaused: true } },
    { name: 'the rest', hosts: rest, gate },
  ];
}

/** The same under way: the first waits, for its time or for a person. */
export function inventWaveProgress(hosts: readonly HostName[], waitsFor: 'time' | 'person'): WaveProgress[] {
  return inventWaves(hosts).map((wave, index) => ({
    ...wave,
    state: index === 0 ? 'gate' : 'waiting',
    waitsFor: index === 0 ? waitsFor : null,
    until: index === 0 && waitsFor === 'time' ? NOW + 252_000 : null,
    failed: 0,
  }));
}

export const PAUSE: Prompt = {
  id: 'pause',
  kind: 'go-on',
  host: null,
  text: '“canary” is through. Go on with “@web” (kube01)?',
  fingerprint: null,
  knownFingerprint: null,
};

export const WAVES_PLAN: WavePlan = {
  'stop-after': 1,
  'when-stopped': 'go-back',
  wave: [{ count: 1, wait: 10, health: true, pause: true }, { name: 'web', on: '@web', pause: true }, { percent: 50 }],
};

const before =
  '[waves]\nwhen-stopped = "go-back"\n\n# The one that nobody misses.\n[[waves.wave]]\ncount = 1\nwait = 10\n';
export const WAVES_EDIT: ChangePlan = {
  state: 'ready',
  id: '00000000-0000-4000-8000-000000000003',
  files: [
    {
      path: 'nixstead.toml',
      from: 'nixstead.toml',
      before,
      after: before.replace('wait = 10\n', 'wait = 10\nhealth = true\npause = true\n'),
      act: 'changed',
    },
  ],
  isVerified: false,
  notes: [],
  module: null,
};
