import { expect, test } from 'vitest';
import type { HostChanges, PackageChange } from '../../../../shared/contract/changes.ts';
import type { HostOutcome, JobDetail } from '../../../../shared/contract/job.ts';
import {
  changesLine,
  fleetPackages,
  isInGroup,
  isPlan,
  plannedHosts,
  rollbackOf,
  sumOf,
} from '../../../../renderer/deploy/plan.ts';
import { aDetail, aProblem, aSummary } from '../invented.ts';

const nginx: PackageChange = { name: 'nginx', kind: 'upgraded', before: ['1.0'], after: ['1.1'], bytes: 10 };
const etc: PackageChange = { name: 'etc', kind: 'rebuilt', before: [''], after: [''], bytes: 0 };
const changes = (more: Partial<HostChanges> = {}): HostChanges => ({
  before: '/nix/store/a',
  after: '/nix/store/b',
  packages: [nginx, etc],
  addedBytes: 2048,
  removedBytes: 1024,
  units: { stopped: ['old.service'], restarted: ['a.service', 'b.service'], reloaded: [], started: [] },
  rebootFor: [],
  risks: [],
  space: [],
  commits: null,
  isUnknown: false,
  ...more,
});
const ended = (state: HostOutcome['state']): HostOutcome => ({ state, generation: 1, system: null });

const detail: JobDetail = {
  ...aDetail(aSummary(['web', 'db', 'same', 'full', 'slow', 'lost', 'off'])),
  spec: { goal: 'dry-activate' },
  changes: {
    web: changes({ rebootFor: ['kernel'] }),
    db: changes({ risks: [{ area: 'ssh', because: ['sshd.service'] }] }),
    full: changes({ units: null }),
    slow: changes({ units: null }),
  },
  outcomes: {
    web: ended('succeeded'),
    db: ended('succeeded'),
    same: ended('unchanged'),
    full: { ...ended('failed'), error: aProblem },
    lost: { ...ended('failed'), error: aProblem },
    off: { ...ended('skipped'), error: aProblem },
  },
};

test('a plan is a deploy that changes nothing, also one that goes back', () => {
  expect([isPlan(detail), isPlan({ ...detail, spec: { goal: 'switch' } })]).toEqual([true, false]);
  expect(rollbackOf(detail)).toBe(null);
  expect(rollbackOf({ ...detail, spec: { rollbackTo: { generation: 3 } } })).toEqual({ generation: 3 });
});

test('a host can be approved only where its plan is complete', () => {
  expect(plannedHosts(detail).map(({ host, state }) => `${host} ${state}`)).toEqual([
    'web changes',
    'db changes',
    'same same',
    'full failed',
    'slow pending',
    'lost failed',
    'off skipped',
  ]);
});

test('the sum counts hosts by what matters, and adds up sizes and units', () => {
  const hosts = plannedHosts(detail);
  expect(sumOf(hosts)).toEqual({
    counts: { all: 7, changes: 2, reboot: 1, risky: 1, same: 1, skipped: 1, failed: 2, pending: 1 },
    addedBytes: 4 * 2048,
    removedBytes: 4 * 1024,
    interruptedUnits: 6,
  });
  expect(hosts.filter((host) => isInGroup(host, 'reboot')).map(({ host }) => host)).toEqual(['web']);
});

test('a package that changes on several hosts is named once, and what was only rebuilt is not', () => {
  expect(fleetPackages(plannedHosts(detail))).toEqual([{ change: nginx, hosts: ['web', 'db', 'full', 'slow'] }]);
});

test('a line tells packages, room and units', () => {
  expect(changesLine(changes())).toBe('1 package · +1.0 KiB · old.service stop · a.service and 1 more restart');
  expect(changesLine(changes({ packages: [etc], units: null, addedBytes: 0 }))).toBe('1 rebuilt · −1.0 KiB');
});
