import type { Host, HostStatus } from '../../../shared/contract/host.ts';
import { hostName, jobId } from '../../../shared/contract/ids.ts';
import type { Problem } from '../../../shared/contract/problem.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Point in time that all invented data hangs on. */
export const NOW = Date.now();

export function storePath(seed: string, name: string): string {
  const letters = '0123456789abcdfghijklmnpqrsvwxyz';
  let state = [...seed].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) >>> 0, 7);
  const hash = Array.from({ length: 32 }, () => {
    state = (state * 1_103_515_245 + 12_345) >>> 0;
    return letters[(state >>> 8) % 32];
  });
  return `/nix/store/${hash.join('')}-${name}`;
}

export function inventHost(name: string, address: string | null, tags: string[], more: Partial<Host> = {}): Host {
  return {
    name: hostName.parse(name),
    system: 'x86_64-linux',
    tags,
    target: address === null ? null : { host: address, user: 'root', port: null },
    sources: ['nixosConfigurations', 'colmenaHive'],
    buildOnTarget: false,
    allowLocalDeployment: false,
    privilegeCommand: ['sudo', '-H', '--'],
    sshOptions: [],
    keys: [],
    replaceUnknownProfiles: true,
    deployRs: null,
    problem: null,
    ...more,
  };
}

export function inventStatus(name: string, generation: number, more: Partial<HostStatus> = {}): HostStatus {
  const current = storePath(name, `nixos-system-${name}-25.11.20261118.9cb3441`);
  return {
    name: hostName.parse(name),
    reachability: 'online',
    checkedAt: NOW - 20_000,
    currentSystem: current,
    bootedSystem: current,
    profileSystem: current,
    wantedSystem: null,
    generation,
    nixosVersion: '25.11.20261118.9cb3441',
    failedUnits: [],
    needsReboot: false,
    lastDeploy: { jobId: jobId.parse('20261121-093012-0a1b2c'), at: NOW - 2 * HOUR, state: 'succeeded' },
    problem: null,
    ...more,
  };
}

const offlineProblem: Problem = {
  code: 'ssh-timeout',
  title: '10.0.20.52 does not answer on port 22',
  evidence: 'ssh: connect to host 10.0.20.52 port 22: Connection timed out',
  advice: [
    'Check that the machine is on and on this network.',
    'Deploy again when it is back; nothing is lost meanwhile.',
  ],
  canRetry: true,
};

const evaluationProblem: Problem = {
  code: 'nix-option-missing',
  title: 'The option services.grafanna does not exist',
  evidence:
    "error: The option `services.grafanna' does not exist. Definition values:\n- In `/home/sam/homelab/hosts/monitor/default.nix':\n    {\n      enable = true;\n    }",
  advice: ['Correct the name: services.grafana exists.', 'The other hosts can be deployed meanwhile.'],
  place: { file: 'hosts/monitor/default.nix', line: 14, column: 3 },
};

const nameProblem: Problem = {
  code: 'host-name-refused',
  title: 'The name ‘a;reboot’ contains ‘;’; host names have letters, digits, ‘-’, ‘_’ and dots only',
  evidence: '',
  advice: ['Rename the host in your flake.'],
};

/** Nine hosts as a person has them at home, in every state that matters. */
export const HOME_HOSTS: readonly Host[] = [
  inventHost('gateway', '10.0.20.1', ['infra']),
  inventHost('nas', '10.0.20.10', ['infra', 'storage'], {
    keys: ['restic-password', 'tls-key'],
    sources: ['deploy', 'nixosConfigurations'],
    deployRs: {
      profiles: [
        { name: 'system', user: 'root', sudo: null },
        { name: 'home', user: 'sam', sudo: null },
      ],
      ...{ autoRollback: true, magicRollback: true, confirmTimeout: 30, activationTimeout: 240, fastConnection: false },
    },
  }),
  inventHost('compute', '10.0.20.11', ['web']),
  inventHost('lb01', '10.0.20.21', ['web']),
  inventHost('kube01', '10.0.20.30', ['web', 'k3s']),
  inventHost('vpn', '10.0.20.40', ['infra']),
  inventHost('db1', '10.0.20.51', ['db']),
  inventHost('db2', '10.0.20.52', ['db']),
  inventHost('rpi4-a', '10.0.20.61', ['pi'], {
    system: 'aarch64-linux',
    buildOnTarget: true,
    target: { host: '10.0.20.61', user: 'sam', port: 2222 },
  }),
];

export const HOME_STATUS: readonly HostStatus[] = [
  inventStatus('gateway', 142),
  inventStatus('nas', 98, {
    needsReboot: true,
    bootedSystem: storePath('nas-old', 'nixos-system-nas-25.11.20261003.1e7a8fd'),
    lastDeploy: { jobId: jobId.parse('20261120-201500-0a1b2d'), at: NOW - 26 * HOUR, state: 'succeeded' },
  }),
  inventStatus('compute', 77, {
    wantedSystem: storePath('compute-new', 'nixos-system-compute-25.11.20261120.0d1f8c2'),
  }),
  inventStatus('lb01', 31),
  inventStatus('kube01', 55, { failedUnits: ['k3s.service'] }),
  inventStatus('vpn', 12, {
    lastDeploy: { jobId: jobId.parse('20261118-101500-0a1b2e'), at: NOW - 3 * DAY, state: 'failed' },
  }),
  inventStatus('db1', 40, {
    profileSystem: storePath('db1-next', 'nixos-system-db1-25.11.20261118.9cb3441'),
    nixosVersion: '25.05.20260801.77b584d',
    lastDeploy: { jobId: jobId.parse('20261112-101500-0a1b2f'), at: NOW - 9 * DAY, state: 'succeeded' },
  }),
  inventStatus('db2', 40, {
    reachability: 'offline',
    currentSystem: null,
    nixosVersion: '25.05.20260801.77b584d',
    lastDeploy: { jobId: jobId.parse('20261112-101500-0a1b2f'), at: NOW - 9 * DAY, state: 'succeeded' },
    problem: offlineProblem,
  }),
  inventStatus('rpi4-a', 20),
];

/** The same with hosts that cannot be used and hosts that refuse. */
export const TROUBLED_HOSTS: readonly Host[] = [
  ...HOME_HOSTS.slice(0, 5),
  inventHost('monitor', '10.0.20.70', ['web'], { problem: evaluationProblem, system: null }),
  inventHost('a;reboot', null, [], { problem: nameProblem }),
  inventHost('laptop', null, ['desk'], { allowLocalDeployment: true }),
  inventHost('desk', null, ['desk'], { allowLocalDeployment: true, isThisComputer: true }),
  inventHost(
    'a-host-with-a-very-long-name-that-does-not-fit-anywhere-in-a-table',
    'very-long-name.internal.home.example',
    ['storage', 'backup', 'offsite', 'slow'],
  ),
  inventHost('printer', '10.0.20.90', ['desk']),
  inventHost('media', '10.0.20.91', ['desk']),
  inventHost('vault', '10.0.20.92', ['infra'], { keys: ['restic-password', 'tls-key'] }),
];

export const TROUBLED_STATUS: readonly HostStatus[] = [
  ...HOME_STATUS.slice(0, 3),
  inventStatus('lb01', 31, {
    reachability: 'key-changed',
    problem: {
      code: 'host-key-changed',
      title: 'lb01 shows another host key than the one that was trusted',
      evidence:
        'trusted  SHA256:8Qk3vX0tqv1oX0f5b5rUjv0mC8lUo3V5rY0nS3pJx2k\noffered  SHA256:Zr0g6mVh8mXc3lq1tq9uYw2nB7eJd4kP6sA5fH1iTjU',
      advice: [
        'If you reinstalled lb01, deploy to it and trust the new key when asked.',
        'If you did not, find out who answers at 10.0.20.21 first.',
      ],
    },
  }),
  HOME_STATUS[4] ?? inventStatus('kube01', 55),
  inventStatus('a-host-with-a-very-long-name-that-does-not-fit-anywhere-in-a-table', 1204),
  inventStatus('printer', 3, { reachability: 'denied', generation: null, nixosVersion: null, lastDeploy: null }),
  inventStatus('desk', 9),
  inventStatus('vault', 17, { areKeysGone: true }),
  inventStatus('media', 3, { reachability: 'checking', generation: null, nixosVersion: null, lastDeploy: null }),
];

/** A thousand hosts, to see that nothing gets slow. */
export const MANY_HOSTS: readonly Host[] = Array.from({ length: 1000 }, (_, index) => {
  const role = ['web', 'db', 'cache', 'build', 'edge'][index % 5] ?? 'web';
  return inventHost(`${role}-${index + 1}`, `10.${(index >> 8) + 1}.${index & 255}.10`, [
    role,
    index % 2 === 0 ? 'east' : 'west',
  ]);
});
export const MANY_STATUS: readonly HostStatus[] = MANY_HOSTS.map((host, index) =>
  inventStatus(host.name, 10 + (index % 90), index % 37 === 0 ? { reachability: 'offline' } : {}),
);
