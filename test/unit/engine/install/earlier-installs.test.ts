import { expect, test } from 'vitest';
import { earlierInstalls } from '../../../../electron/engine/install/earlier-installs.ts';
import { defaultInstallOptions } from '../../../../shared/install/default-options.ts';

const spec = {
  version: 1,
  goal: 'install',
  fleet: { name: 'home', path: '/home/sam/fleet', ref: '/home/sam/fleet', form: 'flake' },
  host: 'nas',
  source: 'nixosConfigurations',
  target: { host: '192.168.1.5', user: 'root', port: null },
  identityFile: null,
  hostKeyFingerprint: '',
  fleetTarget: null,
  macs: [],
  options: defaultInstallOptions,
  confirmation: null,
  confirmedDisks: null,
  files: { hardware: null, written: [], host: null },
  privateFolder: '/data/installs/x',
  sshFolder: '/data/ssh',
  draft: null,
  resume: null,
};
const job = { kind: 'install', state: 'succeeded', spec, startedAt: 1000, endedAt: 61_000 } as const;

test('without an install that went through, nothing is known of how long one takes', () => {
  expect(earlierInstalls([])).toBeNull();
  expect(earlierInstalls([{ ...job, state: 'failed' }])).toBeNull();
  expect(earlierInstalls([{ ...job, kind: 'deploy' }])).toBeNull();
  expect(earlierInstalls([{ ...job, spec: { ...spec, goal: 'check' } }])).toBeNull();
  const resumed = { ...spec, resume: { jobId: '20260101T000000-abcdef', phase: 'disko' } };
  expect(earlierInstalls([{ ...job, spec: resumed }])).toBeNull();
});

test('the latest whole installs tell between which times one takes', () => {
  const jobs = [120_000, 60_000, 90_000, 100_000, 110_000, 5_000_000].map((took) => ({ ...job, endedAt: 1000 + took }));
  expect(earlierInstalls([job])).toEqual({ count: 1, shortestMs: 60_000, longestMs: 60_000 });
  expect(earlierInstalls(jobs)).toEqual({ count: 5, shortestMs: 60_000, longestMs: 120_000 });
});
