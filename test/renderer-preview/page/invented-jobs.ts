import { hostName, jobId, type FleetId } from '../../../shared/contract/ids.ts';
import type {
  BuildNode,
  Command,
  HostOutcome,
  JobDetail,
  JobOfHost,
  JobSummary,
  Stage,
  Step,
} from '../../../shared/contract/job.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import { HOME_HOSTS, NOW, storePath } from './invented-hosts.ts';

const SECOND = 1000;

export const LIVE_JOB = jobId.parse('20261121-140201-7f3c21');

export function inventStep(host: string, stage: Stage, state: Step['state'], more: Partial<Step> = {}): Step {
  const isStarted = state !== 'waiting' && state !== 'skipped';
  return {
    host: hostName.parse(host),
    stage,
    state,
    done: 0,
    total: 0,
    unit: 'steps',
    bytesPerSecond: null,
    note: '',
    startedAt: isStarted ? NOW - 40 * SECOND : null,
    endedAt: isStarted && state !== 'running' ? NOW - 38_900 : null,
    ...more,
  };
}

function doneSteps(host: string, notes: Partial<Record<Stage, string>>): Step[] {
  return (['plan', 'evaluate', 'build', 'copy', 'activate', 'confirm', 'verify'] as const).flatMap((stage) =>
    notes[stage] === undefined ? [] : [inventStep(host, stage, 'done', { note: notes[stage] })],
  );
}

function waiting(host: string, ...stages: Stage[]): Step[] {
  return stages.map((stage) => inventStep(host, stage, 'waiting'));
}

export function inventSummary(id: string, title: string, hosts: string[], more: Partial<JobSummary> = {}): JobSummary {
  return {
    id: jobId.parse(id),
    kind: 'deploy',
    title,
    fleetId: null,
    hosts: hosts.map((host) => hostName.parse(host)),
    state: 'succeeded',
    queuedAt: NOW - 3_600_000,
    startedAt: NOW - 3_600_000,
    endedAt: NOW - 3_480_000,
    waitingFor: null,
    stepsDone: 5,
    stepsTotal: 5,
    estimatedMsLeft: null,
    pendingPrompt: null,
    ...more,
  };
}

function drv(name: string): string {
  return `${storePath(name, name)}.drv`;
}

function node(name: string, state: BuildNode['state'], inputs: string[], more: Partial<BuildNode> = {}): BuildNode {
  const isStarted = state !== 'waiting';
  return {
    drv: drv(name),
    name,
    state,
    kind: 'build',
    phase: null,
    machine: null,
    startedAt: isStarted ? NOW - 130 * SECOND : null,
    endedAt: state === 'done' || state === 'failed' ? NOW - 90 * SECOND : null,
    inputs: inputs.map(drv),
    ...more,
  };
}

const NAS_BUILDS: BuildNode[] = [
  node('nixos-system-nas-25.11.20261118.9cb3441', 'waiting', [
    'initrd-linux-6.12.58',
    'etc',
    'system-path',
    'linux-6.12.58-modules',
  ]),
  node('initrd-linux-6.12.58', 'waiting', ['linux-6.12.58-modules', 'stage-1-init.sh']),
  node('linux-6.12.58-modules', 'waiting', ['linux-6.12.58', 'zfs-kernel-2.3.4-6.12.58']),
  node('linux-6.12.58', 'running', ['linux-6.12.58.tar.xz'], { phase: 'buildPhase', machine: null }),
  node('linux-6.12.58.tar.xz', 'done', [], { kind: 'fetch' }),
  node('zfs-kernel-2.3.4-6.12.58', 'waiting', ['linux-6.12.58']),
  node('stage-1-init.sh', 'done', []),
  node('etc', 'running', ['unit-nginx.service', 'unit-zfs-import-tank.service', 'etc-fstab'], {
    phase: 'installPhase',
  }),
  node('unit-nginx.service', 'done', []),
  node('unit-zfs-import-tank.service', 'done', []),
  node('etc-fstab', 'done', []),
  node('system-path', 'done', ['htop-3.4.1', 'smartmontools-7.5']),
  node('htop-3.4.1', 'done', [], { kind: 'fetch' }),
  node('smartmontools-7.5', 'done', [], { kind: 'fetch', machine: 'ssh://builder' }),
];

const KUBE_PROBLEM: Problem = {
  code: 'unit-failed',
  title: 'k3s.service did not start',
  evidence:
    'k3s[2417]: level=fatal msg="failed to find memory cgroup (v2)"\nsystemd[1]: k3s.service: Main process exited, code=exited, status=1/FAILURE',
  advice: [
    'Add boot.kernelParams = [ "cgroup_enable=memory" ]; to this host.',
    'The rest of the new system runs; kube01 was not rolled back.',
  ],
};

function command(
  host: string | null,
  stage: Stage,
  where: Command['where'],
  argv: string[],
  env: Command['env'] = {},
): Command {
  return { host: host === null ? null : hostName.parse(host), stage, where, argv, env };
}

export function deployCommands(hosts: readonly string[], system = '<system>'): Command[] {
  return hosts.flatMap((host) => {
    const address = HOME_HOSTS.find(({ name }) => name === host)?.target?.host ?? '10.0.0.1';
    const flake = `/home/sam/homelab#nixosConfigurations."${host}".config.system.build.toplevel`;
    return [
      command(host, 'evaluate', 'here', ['nix', 'eval', '--raw', `${flake}.drvPath`]),
      command(host, 'build', 'here', ['nix', 'build', '--no-link', '--log-format', 'internal-json', '-v', flake]),
      command(
        host,
        'copy',
        'here',
        ['nix', 'copy', '--substitute-on-destination', '--to', `ssh-ng://root@${address}`, system],
        {
          NIX_SSHOPTS: '-F /home/sam/.local/share/nixstead/ssh/config -o ConnectTimeout=10',
        },
      ),
      command(host, 'activate', 'target', ['nix-env', '-p', '/nix/var/nix/profiles/system', '--set', system]),
      command(host, 'activate', 'target', [
        'systemd-run',
        '--unit=nixstead-switch',
        '--collect',
        '--pipe',
        '--wait',
        '--service-type=exec',
        `${system}/bin/switch-to-configuration`,
        'switch',
      ]),
    ];
  });
}

const SYSTEM = storePath('new', 'nixos-system-compute-25.11.20261118.9cb3441');

/** Five hosts in five different moments of a deploy. */
export function liveJob(fleetId: FleetId): JobDetail {
  const hosts = ['gateway', 'compute', 'nas', 'kube01', 'lb01'];
  const steps = [
    ...doneSteps('gateway', {
      plan: 'generation 142',
      evaluate: '',
      build: '3 built',
      copy: '6 paths, 41.2 MiB',
      activate: '2 restarted, 1 started',
    }),
    inventStep('gateway', 'confirm', 'running', { note: 'waiting for the host to answer again' }),
    ...waiting('gateway', 'verify'),
    ...doneSteps('compute', { plan: 'generation 77', evaluate: '', build: '12 built' }),
    inventStep('compute', 'copy', 'running', {
      done: 1.2 * 1024 ** 3,
      total: 1.9 * 1024 ** 3,
      unit: 'bytes',
      bytesPerSecond: 11.3e6,
    }),
    ...waiting('compute', 'activate', 'confirm', 'verify'),
    ...doneSteps('nas', { plan: 'generation 98', evaluate: '' }),
    inventStep('nas', 'build', 'running', { done: 8, total: 14, unit: 'derivations', note: 'linux-6.12.58' }),
    ...waiting('nas', 'copy', 'activate', 'confirm', 'verify'),
    ...doneSteps('kube01', { plan: 'generation 55', evaluate: '', build: '4 built', copy: '2 paths, 9.1 MiB' }),
    inventStep('kube01', 'activate', 'failed', { note: '1 unit failed' }),
    inventStep('kube01', 'confirm', 'done', { note: 'answers' }),
    inventStep('kube01', 'verify', 'done'),
    ...doneSteps('lb01', {
      evaluate: '',
      build: 'nothing to do',
      copy: 'nothing to do',
      activate: 'no change',
      verify: 'healthy',
    }),
  ];
  const outcome = (state: HostOutcome['state'], generation: number, error?: Problem): HostOutcome => ({
    state,
    generation,
    system: SYSTEM,
    ...(error && { error }),
  });
  return {
    summary: inventSummary(LIVE_JOB, 'Deploy 5 hosts', hosts, {
      fleetId,
      state: 'running',
      queuedAt: NOW - 62 * SECOND,
      startedAt: NOW - 60 * SECOND,
      endedAt: null,
      stepsDone: 17,
      stepsTotal: 25,
      estimatedMsLeft: 170 * SECOND,
    }),
    spec: {
      goal: 'switch',
      hosts,
      origin: { by: 'sam@desk', commit: { revision: '4f2c91e07d5be1c0a8a9f2f6b0f2b5d7c3e1a9d8', changedFiles: 3 } },
    },
    nextSeq: 100,
    problem: null,
    steps,
    commands: deployCommands(hosts, SYSTEM).map((each, index) => ({
      command: each,
      exitCode: index % 7 === 6 ? null : each.host === 'kube01' && each.argv[0] === 'systemd-run' ? 4 : 0,
      at: NOW - 50 * SECOND + index * SECOND,
    })),
    builds: {
      nas: NAS_BUILDS,
      gateway: NAS_BUILDS.slice(7, 11).map((each) => ({ ...each, state: 'done' as const, endedAt: NOW })),
    },
    problems: [{ host: hostName.parse('kube01'), stage: 'activate', problem: KUBE_PROBLEM }],
    outcomes: { kube01: outcome('switched-with-failures', 56, KUBE_PROBLEM), lb01: outcome('unchanged', 31) },
    notes: [
      { at: NOW - 60 * SECOND, text: 'Evaluating 5 hosts in 2 chunks, as memory allows.' },
      { at: NOW - 50 * SECOND, text: 'lb01 already runs this system.' },
    ],
    limits: { evaluations: 2, builds: 2, copies: 4, activations: 10 },
    watchdogs: {
      gateway: { state: 'armed', seconds: 60, deadlineAt: NOW + 42 * SECOND, reason: '' },
      kube01: { state: 'kept', seconds: 60, deadlineAt: NOW + 30 * SECOND, reason: '' },
    },
    changes: {},
    health: {
      gateway: {
        before: [
          { name: 'the gateway answers', kind: 'gateway', state: 'passed', detail: '10.0.0.1 answers', tries: 1 },
          { name: 'http://gateway/', kind: 'http', state: 'failed', detail: 'HTTP 502', tries: 1 },
        ],
        after: [
          {
            name: 'the gateway answers',
            kind: 'gateway',
            state: 'waiting',
            detail: '10.0.0.1 does not answer',
            tries: 3,
          },
          { name: 'http://gateway/', kind: 'http', state: 'broken-before', detail: 'HTTP 502', tries: 1 },
        ],
      },
    },
  };
}

/** The same job after its end in another state. */
export function endedJob(fleetId: FleetId, state: JobSummary['state']): JobDetail {
  const live = liveJob(fleetId);
  const failed = { state: 'failed', generation: 77, system: null } as const;
  return {
    ...live,
    summary: {
      ...live.summary,
      state,
      endedAt: NOW - 5 * SECOND,
      estimatedMsLeft: null,
    },
    steps: live.steps.map((each) =>
      each.state === 'running'
        ? { ...each, state: 'cancelled' }
        : each.state === 'waiting'
          ? { ...each, state: 'skipped' }
          : each,
    ),
    outcomes:
      state === 'interrupted'
        ? live.outcomes
        : {
            ...live.outcomes,
            gateway: { state: 'succeeded', generation: 143, system: SYSTEM },
            compute: { ...failed, error: LINK_PROBLEM },
            nas: { state: 'cancelled', generation: 98, system: null },
          },
    problems: [...live.problems, { host: hostName.parse('compute'), stage: 'copy', problem: LINK_PROBLEM }],
  };
}

const LINK_PROBLEM: Problem = {
  code: 'ssh-cut',
  title: 'The connection to 10.0.20.11 was cut while copying',
  evidence: 'Timeout, server 10.0.20.11 not responding.\nerror: unexpected end-of-file',
  advice: ['Retry: what was copied stays there, so it goes on where it stopped.'],
  canRetry: true,
};

export function history(): JobSummary[] {
  const ago = (minutes: number, tookSeconds: number): Partial<JobSummary> => ({
    queuedAt: NOW - minutes * 60_000,
    startedAt: NOW - minutes * 60_000 + 200,
    endedAt: NOW - minutes * 60_000 + tookSeconds * SECOND,
  });
  return [
    inventSummary('20261121-093012-0a1b2c', 'Deploy gateway', ['gateway'], ago(130, 41)),
    inventSummary('20261121-081512-0a1b3c', 'Deploy kube01', ['kube01'], { ...ago(200, 75), state: 'failed' }),
    inventSummary('20261120-201500-0a1b2d', 'Deploy 3 hosts', ['gateway', 'nas', 'vpn'], {
      ...ago(1500, 412),
      state: 'partial',
    }),
    inventSummary('20261119-201500-0a1b2d', 'Deploy nas', ['nas'], { ...ago(3100, 12), state: 'cancelled' }),
    inventSummary('20261118-101500-0a1b2e', 'Deploy vpn', ['vpn'], { ...ago(4400, 8), state: 'interrupted' }),
    inventSummary(
      '20261112-101500-0a1b2f',
      'Deploy 9 hosts',
      HOME_HOSTS.map(({ name }) => name),
      ago(13_000, 1312),
    ),
  ];
}

/** The jobs of one host, which ended there otherwise than as a whole. */
export function historyOfHost(jobs: readonly JobSummary[], host: string): JobOfHost[] {
  const states: HostOutcome['state'][] = ['succeeded', 'switched-with-failures', 'unchanged', 'reverted', 'failed'];
  const commit = { revision: '4f2c91e07d5be1c0a8a9f2f6b0f2b5d7c3e1a9d8', changedFiles: 0 };
  return jobs
    .filter((job) => job.hosts.some((name) => name === host))
    .map((job, index) => ({
      job,
      outcome:
        job.state === 'running' || job.state === 'queued'
          ? null
          : { state: states[index % states.length] ?? 'succeeded', generation: 142 - index },
      origin: { by: 'sam@desk', commit: index === 2 ? null : { ...commit, changedFiles: index === 1 ? 3 : 0 } },
    }));
}

export const LOG_TEXT = [
  'copying 214 paths...\n',
  "\u001b[32mcopying path\u001b[0m '/nix/store/r8xg0w4b5n1m2k3l4j5h6g7f8d9s0a1p-grafana-11.4.0' to 'ssh-ng://root@10.0.20.11'...\n",
  "copying path '/nix/store/0v4a7s8d9f0g1h2j3k4l5z6x7c8v9b0n-nginx-1.28.0' to 'ssh-ng://root@10.0.20.11'...\n",
  "\u001b[1;33mwarning:\u001b[0m Git tree '/home/sam/homelab' is dirty\n",
  "\u001b[1;31merror:\u001b[0m builder for '/nix/store/…-k3s.drv' failed with exit code 1\n",
].join('');

/** A deploy of many hosts, every stage of it somewhere. */
export function manyHostsJob(fleetId: FleetId, hosts: readonly string[]): JobDetail {
  const live = liveJob(fleetId);
  const templates = live.summary.hosts;
  const templateOf = (index: number): string => templates[index % templates.length] ?? '';
  return {
    ...live,
    summary: {
      ...live.summary,
      title: `Switch ${hosts[0]}, ${hosts[1]} and ${hosts.length - 2} more`,
      hosts: [...hosts].map((host) => hostName.parse(host)),
    },
    steps: hosts.flatMap((host, index) =>
      live.steps
        .filter((step) => step.host === templateOf(index))
        .map((step) => ({ ...step, host: hostName.parse(host) })),
    ),
    outcomes: Object.fromEntries(
      hosts.flatMap((host, index) => {
        const outcome = live.outcomes[templateOf(index)];
        return outcome === undefined ? [] : [[host, outcome]];
      }),
    ),
    problems: hosts.flatMap((host, index) =>
      templateOf(index) === 'kube01'
        ? [{ host: hostName.parse(host), stage: 'activate' as const, problem: KUBE_PROBLEM }]
        : [],
    ),
    watchdogs: {},
    health: {},
  };
}

/** The history of a fleet of many hosts over a year. */
export function manyJobs(hosts: readonly string[]): JobSummary[] {
  const states = ['succeeded', 'succeeded', 'succeeded', 'partial', 'succeeded', 'failed', 'cancelled'] as const;
  return Array.from({ length: 600 }, (_, index) => {
    const many = index % 4 === 0 ? hosts : hosts.slice(index % 90, (index % 90) + 1 + (index % 3));
    const title =
      many.length <= 3
        ? `Switch ${many.join(', ')}`
        : `Switch ${many.slice(0, 2).join(', ')} and ${many.length - 2} more`;
    const startedAt = NOW - (index + 1) * 14 * 3_600_000;
    const endedAt = startedAt + (20 + ((index * 37) % 900)) * SECOND;
    const id = `20261121-${String(index).padStart(6, '0')}-0a1b2c`;
    return inventSummary(id, title, [...many], {
      queuedAt: startedAt,
      startedAt,
      endedAt,
      state: states[index % 7] ?? 'succeeded',
    });
  });
}
