import { expect, test } from 'vitest';
import {
  earlierInstalls,
  usualSteps,
  wholeInstalls,
  writtenBefore,
} from '../../../../electron/engine/install/earlier-installs.ts';
import { leftUnderOtherNames } from '../../../../electron/engine/install/left-in-fleet.ts';
import { hostName } from '../../../../shared/contract/ids.ts';
import { draftId } from '../../../../shared/contract/install.ts';
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

test('each step takes as a rule what it took in the middle one of the latest whole installs', () => {
  const fields = {
    host: hostName.parse('nas'),
    done: 0,
    total: 0,
    unit: 'steps' as const,
    bytesPerSecond: null,
    note: '',
  };
  const install = (copyMs: number) => ({
    steps: [
      { ...fields, stage: 'kexec' as const, state: 'skipped' as const, startedAt: null, endedAt: 5 },
      { ...fields, stage: 'copy' as const, state: 'done' as const, startedAt: 1000, endedAt: 1000 + copyMs },
    ],
  });
  expect(usualSteps([])).toEqual({});
  expect(usualSteps([install(40_000), install(600_000), install(50_000)])).toEqual({ copy: 50_000 });
  const resumed = { ...spec, resume: { jobId: '20260101T000000-abcdef', phase: 'disko' } };
  expect(wholeInstalls([{ ...job, spec: resumed }, job, { ...job, state: 'failed' }])).toEqual([job]);
});

const newHost = {
  name: 'nas',
  type: 'server',
  system: 'x86_64-linux',
  address: null,
  user: null,
  port: null,
  tags: [],
  stateVersion: '26.05',
};

test('what a host was written as is known from its checks, back to the last install that went through', () => {
  const check = { ...job, spec: { ...spec, goal: 'check', newHost } };
  const older = { ...check, spec: { ...check.spec, newHost: { ...newHost, tags: ['old'] } } };
  const folder = spec.fleet.path;
  expect(writtenBefore([check, older], folder)).toEqual([newHost, { ...newHost, tags: ['old'] }]);
  expect(writtenBefore([check, job, older], folder)).toEqual([newHost]);
  expect(writtenBefore([{ ...check, spec: { ...check.spec, goal: 'install' }, state: 'failed' }], folder)).toHaveLength(
    1,
  );
  expect(writtenBefore([check], '/home/sam/other')).toEqual([]);
});

test('what a draft was checked as under another name is a leftover, unless something was installed under that name', () => {
  const draft = draftId.parse('0123456789abcdef');
  const folder = spec.fleet.path;
  const texts: Record<string, string> = { 'hosts/nas/default.nix': 'aa' };
  const check = { ...job, spec: { ...spec, goal: 'check', newHost, draft, files: { ...spec.files, texts } } };
  const of = (jobs: (typeof check)[], host = 'vault') => leftUnderOtherNames(jobs, { draft, host, folder });
  expect(of([check, { ...check, spec: { ...check.spec, files: { ...spec.files, texts: {} } } }])).toEqual([
    { host: newHost, texts },
  ]);
  expect(of([check], 'nas')).toEqual([]);
  expect(of([check, { ...check, spec: { ...check.spec, goal: 'install' } }])).toEqual([]);
  expect(of([{ ...check, spec: { ...check.spec, draft: draftId.parse('fedcba9876543210') } }])).toEqual([]);
});
