import { expect, test } from 'vitest';
import { fleetId, hostName, jobId } from '../../../../shared/contract/ids.ts';
import type { FleetView } from '../../../../shared/contract/fleet.ts';
import type { HostStatus, HostTraits } from '../../../../shared/contract/host.ts';
import { defaultSettings } from '../../../../shared/contract/settings.ts';
import { packageName } from '../../../../electron/engine/store/build-times.ts';
import { readSettings } from '../../../../electron/engine/store/settings.ts';
import type { NewJobRow, Predecessor } from '../../../../electron/engine/store/jobs.ts';
import { temporaryStore } from './a-store.ts';

const home = fleetId.parse('00000000000000aa');
const other = fleetId.parse('00000000000000bb');
const host = (name: string) => hostName.parse(name);

const view = (name: string): FleetView => ({
  fleet: {
    ...{
      id: home,
      name,
      path: `/flakes/${name}`,
      folder: `/flakes/${name}`,
      remote: null,
      fingerprint: null,
      ref: `path:/flakes/${name}`,
      description: null,
      kinds: [],
      git: null,
    },
    ...{ evaluatedAt: 5, fromCache: false, problems: [] },
  },
  hosts: [],
});

test('fleets are remembered once each, latest first, until they are forgotten', () => {
  using store = temporaryStore();
  store.fleets.remember({ path: '/a', name: 'a', hostCount: 1, openedAt: 1 });
  store.fleets.remember({ path: '/b', name: 'b', hostCount: 2, openedAt: 2 });
  store.fleets.remember({ path: '/a', name: 'a', hostCount: 3, openedAt: 3 });
  expect(store.fleets.recent()).toEqual([
    { path: '/a', name: 'a', hostCount: 3, openedAt: 3 },
    { path: '/b', name: 'b', hostCount: 2, openedAt: 2 },
  ]);
  store.fleets.forget('/a');
  expect(store.fleets.recent().map((fleet) => fleet.path)).toEqual(['/b']);
});

test('a view is there for the flake as it was saved, and not after a change', () => {
  using store = temporaryStore();
  store.fleets.saveView('/a', 'lock1', view('a'));
  expect(store.fleets.cachedView('/a', 'lock1')).toEqual(view('a'));
  expect(store.fleets.cachedView('/a', 'lock2')).toBeNull();
  store.fleets.saveView('/a', 'lock2', view('changed'));
  expect(store.fleets.cachedView('/a', 'lock2')?.fleet.name).toBe('changed');
  expect(store.fleets.cachedView('/a', 'lock1')).toBeNull();
});

test('what a host said is there until it says something else', () => {
  using store = temporaryStore();
  const status = (name: string, generation: number): HostStatus => ({
    ...{ name: host(name), reachability: 'online', checkedAt: 1, currentSystem: '/nix/store/x', bootedSystem: null },
    ...{
      profileSystem: null,
      wantedSystem: null,
      generation,
      nixosVersion: null,
      failedUnits: [],
      lastDeploy: null,
      problem: null,
    },
  });
  store.hostFacts.save(home, status('web', 1));
  store.hostFacts.save(home, status('web', 2));
  store.hostFacts.save(other, status('web', 9));
  expect(store.hostFacts.get(home, host('web'))).toEqual(status('web', 2));
  expect(store.hostFacts.all(home)).toEqual([status('web', 2)]);
  expect(store.hostFacts.get(home, host('db'))).toBeNull();
});

test('the error of estimates is the middle one of the last deploys, as a share of what they took', () => {
  using store = temporaryStore();
  expect(store.estimates.error()).toBeNull();
  for (const [index, estimated] of [900, 1500, 1000, 3000].entries()) {
    const row = job(['web']);
    store.jobs.admit(row, () => undefined);
    store.estimates.record({ id: row.id, endedAt: index }, estimated, 1000);
  }
  expect(store.estimates.error()).toEqual({ median: 0.1, jobs: 4 });
});

test('settings have defaults, change field by field and refuse what is none', () => {
  using store = temporaryStore();
  expect(store.settings.get()).toEqual(defaultSettings);
  expect(store.settings.set({ theme: 'dark' })).toEqual({ ...defaultSettings, theme: 'dark' });
  expect(store.settings.set({ statusIntervalSeconds: 5 })).toMatchObject({ theme: 'dark', statusIntervalSeconds: 5 });
  expect(() => store.settings.set({ statusIntervalSeconds: -1 })).toThrow();
  expect(store.settings.get().statusIntervalSeconds).toBe(5);
});

test('settings of any age and shape are read; only what cannot be read is lost', () => {
  expect(readSettings({ theme: 'dark' })).toEqual({ ...defaultSettings, theme: 'dark' });
  expect(readSettings({ version: 1, theme: 'plaid', hostView: 'cards' })).toEqual({
    ...defaultSettings,
    hostView: 'cards',
  });
  expect(readSettings({ version: 99, theme: 'light', hologram: true })).toEqual({ ...defaultSettings, theme: 'light' });
  expect(readSettings({})).toEqual(defaultSettings);
});

let count = 0;
const job = (hosts: string[], more: Partial<NewJobRow> = {}): NewJobRow => ({
  id: jobId.parse(`20261121-000000-${String((count += 1)).padStart(6, '0')}`),
  ...{ kind: 'deploy', title: `Deploy ${hosts.join()}`, fleetId: home, spec: { goal: 'switch' }, queuedAt: count },
  hosts: hosts.map((name) => ({ name: host(name), address: null })),
  ...more,
});
const ended = (state: 'succeeded' | 'failed', endedAt: number) => ({
  ...{ state, startedAt: 1, endedAt, stepsDone: 2, stepsTotal: 3, outcomes: {} },
});

test('a job is queued behind the unfinished ones that have a host in common, in the order of the queue', () => {
  using store = temporaryStore();
  const queue = (row: NewJobRow): string[] => {
    let found: readonly Predecessor[] = [];
    store.jobs.admit(row, (predecessors) => (found = predecessors));
    return found.map((earlier) => `${earlier.title} for ${earlier.host}`);
  };
  const first = job(['web', 'db']);
  expect(queue(first)).toEqual([]);
  expect(queue(job(['mail']))).toEqual([]);
  expect(queue(job(['db', 'mail']))).toEqual(['Deploy web,db for db', 'Deploy mail for mail']);
  expect(queue(job(['web'], { fleetId: other }))).toEqual([]);
  store.jobs.finish(first.id, ended('succeeded', 9));
  expect(queue(job(['web']))).toEqual([]);
  expect(queue(job(['web'], { fleetId: null }))).toEqual([]);
  expect(queue(job(['web'], { fleetId: null }))).toHaveLength(1);
});

test('where the folder of a job cannot be made, nothing is queued', () => {
  using store = temporaryStore();
  const refuse = () => {
    throw new Error('disk full');
  };
  expect(() => store.jobs.admit(job(['web']), refuse)).toThrow('disk full');
  expect(store.jobs.list()).toEqual([]);
});

test('jobs are listed latest first, all or of a fleet or a host', () => {
  using store = temporaryStore();
  const rows = [job(['web', 'db']), job(['db']), job(['web'], { fleetId: other })];
  for (const row of rows) store.jobs.admit(row, () => undefined);
  const ids = rows.map((row) => row.id).reverse();
  expect(store.jobs.list().map((row) => row.id)).toEqual(ids);
  expect(store.jobs.list({ limit: 1 }).map((row) => row.id)).toEqual(ids.slice(0, 1));
  expect(store.jobs.list({ fleetId: home }).map((row) => row.hosts)).toEqual([['db'], ['web', 'db']]);
  expect(store.jobs.list({ host: host('web') })).toHaveLength(2);
  expect(store.jobs.list({ host: host(`' OR 1=1 --`) })).toEqual([]);
});

test('how a job ended is written down once, whoever sees it', () => {
  using store = temporaryStore();
  const row = job(['web', 'db']);
  store.jobs.admit(row, () => undefined);
  store.jobs.markStarted(row.id, 3);
  expect(store.jobs.unfinished()).toEqual([row.id]);
  const outcomes = { web: { state: 'unchanged' as const, generation: 3, system: null } };
  expect(store.jobs.finish(row.id, { ...ended('failed', 9), outcomes })).toBe(true);
  expect(store.jobs.finish(row.id, ended('succeeded', 10))).toBe(false);
  expect(store.jobs.get(row.id)).toMatchObject({
    state: 'failed',
    startedAt: 1,
    endedAt: 9,
    stepsDone: 2,
    stepsTotal: 3,
  });
  expect(store.jobs.unfinished()).toEqual([]);
  expect(store.jobs.finished()).toEqual([row.id]);
  expect(store.jobs.lastOfHosts(home, 'deploy')).toEqual([
    { host: 'db', jobId: row.id, at: 9, state: 'failed' },
    { host: 'web', jobId: row.id, at: 9, state: 'unchanged' },
  ]);
  // What became of one host is not what became of the job.
  const ofHost = (name: string, fleetId = home) =>
    store.jobs.ofHost({ fleetId, host: host(name), limit: 9 }).map(({ id, outcome }) => ({ id, outcome }));
  expect(ofHost('web')).toEqual([{ id: row.id, outcome: { state: 'unchanged', generation: 3 } }]);
  expect(ofHost('db')).toEqual([{ id: row.id, outcome: null }]);
  expect(ofHost('web', other)).toEqual([]);
});

test('what is expected is the middle of the last five, whatever the version', () => {
  using store = temporaryStore();
  expect(store.buildTimes.expectedBuild('linux-6.6.1')).toBeNull();
  for (const [index, durationMs] of [90_000, 90_000, 10, 20, 30, 40, 50].entries()) {
    store.buildTimes.recordBuilds([{ name: `linux-6.6.${index}`, durationMs }], index);
  }
  expect(store.buildTimes.expectedBuild('linux-6.12')).toBe(30);
  store.buildTimes.recordStages(home, [{ host: host('web'), stage: 'copy', durationMs: 700 }], 1);
  expect(store.buildTimes.expectedStages(home)(host('web'), 'copy')).toBe(700);
  expect(store.buildTimes.expectedStages(home)(host('web'), 'build')).toBeNull();
  expect(store.buildTimes.expectedStages(other)(host('web'), 'copy')).toBeNull();
});

test('the name of a derivation is told from its version as Nix does it', () => {
  const hash = 'a'.repeat(32);
  expect(packageName(`/nix/store/${hash}-linux-6.6.1.drv`)).toBe('linux');
  expect(packageName('nixos-system-web-25.11.20260101.abcdef0')).toBe('nixos-system-web');
  expect(packageName('etc-fstab')).toBe('etc-fstab');
  expect(packageName('unit-x-y.service')).toBe('unit-x-y.service');
  expect(packageName('-1')).toBe('-1');
});

test('what evaluation told of hosts holds for one state of the files', () => {
  using store = temporaryStore();
  const traits = (name: string): HostTraits => ({
    ...{ name: host(name), hostName: name, stateVersion: '25.11', role: null, uses: ['disko'], files: ['flake.nix'] },
    problem: null,
  });
  const [before, after] = [
    { fleetId: home, fingerprint: 'before' },
    { fleetId: home, fingerprint: 'after' },
  ];
  store.evaluatedHosts.saveTraits(before, [traits('nas'), traits('pi')]);
  expect(store.evaluatedHosts.traits(before)).toEqual([traits('nas'), traits('pi')]);
  store.evaluatedHosts.saveTraits(after, [traits('nas')]);
  expect(store.evaluatedHosts.traits(after)).toEqual([traits('nas')]);
  expect(store.evaluatedHosts.traits(before)).toEqual([traits('pi')]);
  const derivation = { stamp: 'a', source: 'colmena', drvPath: '/nix/store/a.drv', stateVersion: '25.11' } as const;
  store.evaluatedHosts.saveSystems(before, [
    { host: host('nas'), system: '/nix/store/a', derivation },
    { host: host('pi'), system: '/nix/store/b' },
  ]);
  const systems = [
    ['nas', '/nix/store/a'],
    ['pi', '/nix/store/b'],
  ] as const;
  expect(store.evaluatedHosts.systems(before)).toEqual(new Map(systems));
  expect(store.evaluatedHosts.derivations(before)).toEqual(
    new Map([['nas', { ...derivation, outPath: '/nix/store/a' }]]),
  );
  expect(store.evaluatedHosts.derivations(after).size).toBe(0);
  expect(store.evaluatedHosts.systems({ ...before, fleetId: other }).size).toBe(0);
});

test('saved selections are kept for each fleet, in the order of their names', () => {
  using store = temporaryStore();
  store.selections.save(home, { name: 'web', text: '@web' });
  store.selections.save(home, { name: 'All', text: '*' });
  store.selections.save(other, { name: 'web', text: 'web-*' });
  store.selections.save(home, { name: 'web', text: '@web & !@old' });
  expect(store.selections.all(home)).toEqual([
    { name: 'All', text: '*' },
    { name: 'web', text: '@web & !@old' },
  ]);
  expect(store.selections.remove(home, 'web')).toBe(true);
  expect(store.selections.remove(home, 'web')).toBe(false);
  expect(store.selections.all(other)).toEqual([{ name: 'web', text: 'web-*' }]);
});
