import type { HostChanges, PackageChange } from '../../../shared/contract/changes.ts';
import type { Generation, GenerationComparison } from '../../../shared/contract/generation.ts';
import { emptyJobDetail } from '../../../shared/jobs/view.ts';
import { hostName, type FleetId } from '../../../shared/contract/ids.ts';
import type { HostOutcome, JobDetail, Stage } from '../../../shared/contract/job.ts';
import { NOW, storePath } from './invented-hosts.ts';
import { inventSummary, LIVE_JOB } from './invented-jobs.ts';

const MEBIBYTE = 1024 ** 2;

const PACKAGES: PackageChange[] = [
  { name: 'openssh', kind: 'upgraded', before: ['10.0p2'], after: ['10.2p1'], bytes: 0.4 * MEBIBYTE },
  { name: 'linux', kind: 'upgraded', before: ['6.12.58'], after: ['6.12.63'], bytes: 1.2 * MEBIBYTE },
  { name: 'nginx', kind: 'upgraded', before: ['1.28.0'], after: ['1.28.1'], bytes: 12_000 },
  { name: 'grafana', kind: 'downgraded', before: ['12.0.0'], after: ['11.6.3'], bytes: -31 * MEBIBYTE },
  { name: 'htop', kind: 'added', before: [], after: ['3.4.1'], bytes: 0.3 * MEBIBYTE },
  { name: 'neofetch', kind: 'removed', before: ['7.1.0'], after: [], bytes: -0.2 * MEBIBYTE },
  { name: 'etc', kind: 'rebuilt', before: [''], after: [''], bytes: 210 },
  { name: 'nixos-system', kind: 'rebuilt', before: ['25.11'], after: ['25.11'], bytes: 44 },
];

/** What would change on one invented host; every third needs a reboot, every second touches SSH. */
function changesOf(index: number): HostChanges {
  const isKernel = index % 3 === 0;
  const isSsh = index % 2 === 0;
  return {
    before: storePath(`before${index}`, 'nixos-system'),
    after: storePath(`after${index}`, 'nixos-system'),
    derivation: storePath(`drv${index}`, 'nixos-system.drv'),
    packages: PACKAGES.filter(({ name }) => (isKernel || name !== 'linux') && (isSsh || name !== 'openssh')),
    addedBytes: (142 + index) * MEBIBYTE,
    removedBytes: 120 * MEBIBYTE,
    units: {
      stopped: index % 5 === 0 ? ['old-backup.timer'] : [],
      restarted: [...(isSsh ? ['sshd.service'] : []), 'nginx.service', 'grafana.service'],
      reloaded: ['dbus.service'],
      started: index % 4 === 0 ? ['new-backup.timer'] : [],
    },
    rebootFor: isKernel ? ['kernel', 'kernel-modules'] : [],
    risks: isSsh ? [{ area: 'ssh', because: ['sshd.service', 'openssh-10.2p1'] }] : [],
    space: [
      { mountpoint: '/', availableBytes: 21_000 * MEBIBYTE, neededBytes: (142 + index) * MEBIBYTE },
      ...(isKernel ? [{ mountpoint: '/boot', availableBytes: 310 * MEBIBYTE, neededBytes: 48 * MEBIBYTE }] : []),
    ],
    commits: {
      from: '4f2c91e07d5be1c0a8a9f2f6b0f2b5d7c3e1a9d8',
      to: '9a1b2c3d4e5f60718293a4b5c6d7e8f901234567',
      list: [
        { hash: '9a1b2c3d4e5f', at: NOW - 3_600_000, subject: 'grafana: stay on 11 until the plugins are ready' },
        { hash: '71e0aa30c911', at: NOW - 90_000_000, subject: 'flake.lock: nixpkgs of 18 November' },
      ],
    },
    isUnknown: index === 4,
  };
}

/** A plan of so many hosts: the last two have nothing to do or cannot be reached, where there are more than two. */
export function planJob(fleetId: FleetId, names: readonly string[]): JobDetail {
  const hosts = names.map((name) => hostName.parse(name));
  const isSame = (index: number): boolean => names.length > 2 && index % 5 === 3;
  const isLost = (index: number): boolean => names.length > 2 && index === names.length - 1;
  const lost: HostOutcome = {
    state: 'failed',
    generation: null,
    system: null,
    error: {
      code: 'ssh-timeout',
      title: 'It does not answer',
      evidence: 'ssh: connect to host 10.0.20.61 port 22: Connection timed out',
      advice: ['Is it switched on, and in this network?'],
      canRetry: true,
    },
  };
  const summary = inventSummary(LIVE_JOB, names.length === 1 ? `Plan ${names[0]}` : `Plan ${names.length} hosts`, [], {
    fleetId,
    hosts,
    state: names.length > 2 ? 'partial' : 'succeeded',
    queuedAt: NOW - 50_000,
    startedAt: NOW - 50_000,
    endedAt: NOW - 3_000,
  });
  const outcomes = hosts.map((host, index): [string, HostOutcome] => [
    host,
    isLost(index)
      ? lost
      : {
          state: isSame(index) ? 'unchanged' : 'succeeded',
          generation: 40 + index,
          system: storePath('s', 'nixos-system'),
        },
  ]);
  const stages: Stage[] = ['plan', 'evaluate', 'build', 'copy', 'activate'];
  const steps = hosts.flatMap((host, index) =>
    stages.map((stage) => ({
      host,
      stage,
      state: isLost(index) ? (stage === 'plan' ? ('failed' as const) : ('skipped' as const)) : ('done' as const),
      done: 0,
      total: 0,
      unit: 'steps' as const,
      bytesPerSecond: null,
      note: '',
      startedAt: NOW - 40_000,
      endedAt: NOW - 38_900,
    })),
  );
  const changes = hosts.flatMap((host, index) =>
    isSame(index) || isLost(index) ? [] : [[host, changesOf(index)] as const],
  );
  return {
    ...emptyJobDetail(summary, { goal: 'dry-activate', rollbackTo: null }),
    steps,
    outcomes: Object.fromEntries(outcomes),
    changes: Object.fromEntries(changes),
  };
}

/** Twelve generations: the newest runs, an older kernel is booted. */
export const GENERATIONS: Generation[] = Array.from({ length: 12 }, (_, index) => ({
  number: 142 - index,
  system: storePath(`g${index}`, 'nixos-system-nas-25.11'),
  profile: storePath(`g${index}`, 'nixos-system-nas-25.11'),
  at: NOW - index * 3.1 * 86_400_000,
  nixosVersion: index < 5 ? '25.11.20261118.9cb3441' : '25.11.20261001.1a2b3c4',
  kernel: index < 3 ? 'linux-6.12.63' : 'linux-6.12.58',
  isRunning: index === 0,
  isBooted: index === 4,
  isNext: index === 0,
  isProtected: index === 7,
}));

export const DIFFERENCE: GenerationComparison = {
  packages: PACKAGES,
  addedBytes: 182 * MEBIBYTE,
  removedBytes: 141 * MEBIBYTE,
  rebootFor: ['kernel', 'initrd'],
};

/** Two generations with a whole release between them. */
export const MANY_PACKAGES: GenerationComparison = {
  ...DIFFERENCE,
  packages: Array.from({ length: 5000 }, (_, index) => ({
    name: `python3.13-package-${index}`,
    before: [`1.${index}.0`],
    after: [`1.${index}.1`],
    bytes: (index % 7) * 1000 - 3000,
    kind: 'upgraded',
  })),
};
