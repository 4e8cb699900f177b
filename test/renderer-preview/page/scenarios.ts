import type { AppInfo } from '../../../shared/contract/app.ts';
import type { DoctorFinding } from '../../../shared/contract/doctor.ts';
import type { FleetView, RecentFleet } from '../../../shared/contract/fleet.ts';
import type { Host, HostStatus } from '../../../shared/contract/host.ts';
import { fleetId, hostName } from '../../../shared/contract/ids.ts';
import type { JobDetail, JobSummary } from '../../../shared/contract/job.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import type { SavedSelection } from '../../../shared/contract/selection.ts';
import type { Settings } from '../../../shared/contract/settings.ts';
import * as hosts from './invented-hosts.ts';
import { planJob } from './invented-plan.ts';
import { inventWaveProgress, PAUSE } from './invented-waves.ts';
import { endedJob, history, inventSummary, liveJob, manyHostsJob, manyJobs } from './invented-jobs.ts';

/** Everything that the stand-in engine answers with. */
export interface Scenario {
  info: AppInfo;
  settings: Partial<Settings>;
  recent: RecentFleet[];
  findings: DoctorFinding[];
  /** What opening any path leads to; null stays in the middle of it. */
  view: FleetView | Problem | null;
  status: HostStatus[];
  jobs: JobSummary[];
  details: JobDetail[];
  connection: 'open' | 'lost' | 'refused';
  selections: SavedSelection[];
  logLines: number;
}

export const FLEET_ID = fleetId.parse('0123456789abcdef');
const FINE: Pick<DoctorFinding, 'severity' | 'detail' | 'advice' | 'command'> = {
  severity: 'ok',
  detail: '',
  advice: [],
  command: null,
};

function fleetView(list: readonly Host[], problems: Problem[] = []): FleetView {
  return {
    fleet: {
      id: FLEET_ID,
      name: 'homelab',
      path: '/home/sam/homelab',
      folder: '/home/sam/homelab',
      remote: null,
      fingerprint: '4f2c91e0',
      ref: 'git+file:///home/sam/homelab',
      description: 'Machines at home',
      kinds: ['nixosConfigurations', 'colmenaHive'],
      git: { branch: 'main', revision: '4f2c91e07d5be1c0a8a9f2f6b0f2b5d7c3e1a9d8', changedFiles: 3 },
      evaluatedAt: hosts.NOW - 40_000,
      fromCache: false,
      problems,
    },
    hosts: [...list],
  };
}

const BASE: Scenario = {
  info: {
    version: '0.1.0',
    door: 'browser',
    platform: 'linux',
    homeFolder: '/home/sam',
    dataFolder: '/home/sam/.local/share/nixstead',
    canChooseFolder: false,
    initialPath: '/home/sam/homelab',
    notices: [],
  },
  settings: {},
  recent: [
    { path: '/home/sam/homelab', name: 'homelab', hostCount: 9, openedAt: hosts.NOW - 7_200_000, exists: true },
    {
      path: '/home/sam/src/parents-house',
      name: 'parents-house',
      hostCount: 2,
      openedAt: hosts.NOW - 9e8,
      exists: true,
    },
    { path: '/mnt/usb/old-flake', name: 'old-flake', hostCount: 4, openedAt: hosts.NOW - 4e9, exists: false },
  ],
  findings: [
    { code: 'nix', title: 'Nix 2.31.2 is here', ...FINE },
    { code: 'flakes', title: 'Flakes are enabled', ...FINE },
    { code: 'git', title: 'Git 2.50.1 is here', ...FINE },
    { code: 'ssh', title: 'OpenSSH 10.0 is here', ...FINE },
    { code: 'ssh-key', title: 'An SSH key is at hand: ~/.ssh/id_ed25519', ...FINE },
  ],
  view: fleetView(hosts.HOME_HOSTS),
  status: [...hosts.HOME_STATUS],
  jobs: history(),
  details: [endedJob(FLEET_ID, 'partial')],
  connection: 'open',
  selections: [
    { name: 'front', text: '@web & !@old' },
    { name: 'wait for a reboot', text: 'state:reboot & !saved:front' },
  ],
  logLines: 400,
};

const FIRST_RUN: Scenario = {
  ...BASE,
  info: { ...BASE.info, initialPath: null },
  recent: [],
  jobs: [],
  details: [],
  status: [],
};

const BAD_FINDINGS: DoctorFinding[] = [
  {
    code: 'nix-missing',
    severity: 'error',
    title: 'Nix is not installed',
    detail: 'No program `nix` in PATH, and none at /nix/var/nix/profiles/default/bin.',
    advice: ['Nixstead evaluates and builds with Nix; without it no fleet can be opened.'],
    command: 'curl -fsSL https://install.determinate.systems/nix | sh -s -- install',
  },
  {
    code: 'ssh-no-key',
    severity: 'warning',
    title: 'No SSH key and no agent',
    detail: 'Neither ~/.ssh/id_ed25519 nor ~/.ssh/id_rsa exists, and SSH_AUTH_SOCK is not set.',
    advice: ['Hosts that only take keys will refuse the login. Make a key and put its public half on your hosts.'],
    command: 'ssh-keygen -t ed25519',
  },
  { code: 'git', title: 'Git 2.50.1 is here', ...FINE },
];

const SYNTAX_ERROR: Problem = {
  code: 'nix-syntax',
  title: 'flake.nix has a syntax error',
  evidence:
    "error: syntax error, unexpected '}', expecting ';'\n       at /home/sam/homelab/flake.nix:31:3:\n           30|     ]\n           31|   };\n             |   ^",
  advice: ['A ; is missing at the end of line 30.'],
  place: { file: '/home/sam/homelab/flake.nix', line: 31, column: 3 },
};

const REMOTE: FleetView = {
  ...fleetView(hosts.HOME_HOSTS),
  fleet: {
    ...fleetView([]).fleet,
    path: 'github:sam/homelab/stable',
    folder: hosts.storePath('remote', 'source'),
    ref: 'github:sam/homelab/4f2c91e07d5be1c0a8a9f2f6b0f2b5d7c3e1a9d8',
    remote: { revision: '4f2c91e07d5be1c0a8a9f2f6b0f2b5d7c3e1a9d8', lastModified: hosts.NOW - 86_400_000 },
    git: null,
  },
};

const DRIFT: Problem = {
  code: 'sources-differ',
  title: 'nas is declared twice, and the two differ',
  evidence:
    'nixosConfigurations.nas  /nix/store/3k1…-nixos-system-nas.drv\ncolmenaHive.nodes.nas    /nix/store/9zq…-nixos-system-nas.drv',
  advice: ['Give both the same list of modules; Nixstead deploys the one of colmenaHive.'],
};

function withLive(more: Partial<JobDetail['summary']> = {}): Scenario {
  const live = liveJob(FLEET_ID);
  const detail = { ...live, summary: { ...live.summary, ...more } };
  const queued = inventSummary('20261121-140301-7f3c22', 'Deploy nas', ['nas'], {
    state: 'queued',
    queuedAt: hosts.NOW - 20_000,
    startedAt: null,
    endedAt: null,
    stepsDone: 0,
    stepsTotal: 5,
    waitingFor: { jobId: live.summary.id, host: hostName.parse('nas'), title: 'Deploy 5 hosts' },
  });
  const queuedDetail: JobDetail = {
    ...live,
    summary: queued,
    steps: [],
    commands: [],
    builds: {},
    problems: [],
    outcomes: {},
    notes: [],
    watchdogs: {},
    changes: {},
    health: {},
  };
  return { ...BASE, jobs: [detail.summary, queued, ...BASE.jobs], details: [detail, queuedDetail] };
}

/** A change of the inputs that is being tried, or that failed. */
function withTried(state: 'running' | 'failed'): Scenario {
  const live = liveJob(FLEET_ID);
  const isRunning = state === 'running';
  const summary = inventSummary('20261121-140301-7f3c33', 'Update all inputs', [], {
    kind: 'inputs',
    fleetId: FLEET_ID,
    state,
    queuedAt: hosts.NOW - 20_000,
    startedAt: hosts.NOW - 20_000,
    endedAt: isRunning ? null : hosts.NOW - 5_000,
    stepsDone: 0,
    stepsTotal: 9,
    ...(isRunning ? { activity: { text: 'Evaluating hosts with the new lock', done: 3, total: 9 } } : {}),
  });
  const detail: JobDetail = {
    ...live,
    summary,
    spec: {},
    steps: isRunning ? live.steps.filter(({ stage }) => stage === 'evaluate') : [],
    builds: {},
    problems: [],
    outcomes: {},
    notes: [],
    problem: isRunning
      ? null
      : {
          code: 'nix-input-unreachable',
          title: 'secrets: The flake input git+ssh://git@git.home.example/sam/secrets.git cannot be fetched',
          evidence: 'ssh: Could not resolve hostname git.home.example: Name or service not known',
          advice: ['Check its address in flake.nix, and that this machine can reach it.'],
        },
  };
  return { ...BASE, jobs: [summary, ...BASE.jobs], details: [detail] };
}

/** A deploy in waves, between the first and the second. */
function withWaves(waitsFor: 'time' | 'person'): Scenario {
  const scenario = withLive(waitsFor === 'person' ? { pendingPrompt: PAUSE } : {});
  const [detail, ...others] = scenario.details;
  if (detail === undefined) return scenario;
  const waves = inventWaveProgress(detail.summary.hosts, waitsFor);
  return { ...scenario, details: [{ ...detail, waves, watchdogs: {} }, ...others] };
}

function withEnded(state: JobSummary['state']): Scenario {
  const detail = endedJob(FLEET_ID, state);
  return { ...BASE, jobs: [detail.summary, ...BASE.jobs], details: [detail] };
}

const SCENARIOS: Record<string, () => Scenario> = {
  homelab: () => BASE,
  cards: () => ({ ...BASE, settings: { hostView: 'cards' } }),
  one: () => ({ ...BASE, view: fleetView(hosts.HOME_HOSTS.slice(0, 1)), jobs: [] }),
  remote: () => ({ ...BASE, view: REMOTE }),
  none: () => ({ ...BASE, view: fleetView([]), jobs: [], selections: [] }),
  hundred: () => ({
    ...BASE,
    view: fleetView(hosts.MANY_HOSTS.slice(0, 100)),
    status: hosts.MANY_STATUS.slice(0, 100),
    selections: Array.from({ length: 40 }, (_, index) => ({
      name: index === 0 ? 'everything that stands in the east and is no database' : `shelf ${index}`,
      text: index === 0 ? '@east & !@db & !(build-*, edge-1*) & system:x86_64-linux' : `web-${index}*, @cache`,
    })),
  }),
  many: () => ({ ...BASE, view: fleetView(hosts.MANY_HOSTS), status: [...hosts.MANY_STATUS] }),
  troubled: () => ({ ...BASE, view: fleetView(hosts.TROUBLED_HOSTS, [DRIFT]), status: [...hosts.TROUBLED_STATUS] }),
  live: () => withLive(),
  'waves-wait': () => withWaves('time'),
  'waves-pause': () => withWaves('person'),
  drawer: () => ({ ...withLive(), settings: { isJobDrawerOpen: true } }),
  trying: () => withTried('running'),
  'tried-failed': () => withTried('failed'),
  'user-name': () =>
    withLive({
      pendingPrompt: {
        id: 'p0',
        kind: 'text',
        host: null,
        text: "Username for 'https://git.home.example':",
        fingerprint: null,
        knownFingerprint: null,
      },
    }),
  password: () =>
    withLive({
      pendingPrompt: {
        id: 'p1',
        kind: 'password',
        host: hostName.parse('rpi4-a'),
        text: '[sudo] password for sam@10.0.20.61:',
        fingerprint: null,
        knownFingerprint: null,
      },
    }),
  'host-key': () =>
    withLive({
      pendingPrompt: {
        id: 'p2',
        kind: 'host-key',
        host: hostName.parse('lb01'),
        text: 'This computer meets lb01 (10.0.20.21) for the first time.',
        fingerprint: 'SHA256:Zr0g6mVh8mXc3lq1tq9uYw2nB7eJd4kP6sA5fH1iTjU',
        knownFingerprint: null,
      },
    }),
  'host-key-changed': () =>
    withLive({
      pendingPrompt: {
        id: 'p3',
        kind: 'host-key',
        host: hostName.parse('lb01'),
        text: 'lb01 (10.0.20.21) shows another host key than before.',
        fingerprint: 'SHA256:Zr0g6mVh8mXc3lq1tq9uYw2nB7eJd4kP6sA5fH1iTjU',
        knownFingerprint: 'SHA256:8Qk3vX0tqv1oX0f5b5rUjv0mC8lUo3V5rY0nS3pJx2k',
      },
    }),
  'plan-1': () => withDetail(planJob(FLEET_ID, ['gateway'])),
  'plan-5': () => withDetail(planJob(FLEET_ID, ['gateway', 'compute', 'nas', 'kube01', 'lb01'])),
  'plan-100': () =>
    withDetail(
      planJob(
        FLEET_ID,
        hosts.MANY_HOSTS.slice(0, 100).map(({ name }) => name),
      ),
    ),
  'job-100': () =>
    withDetail(
      manyHostsJob(
        FLEET_ID,
        hosts.MANY_HOSTS.slice(0, 100).map(({ name }) => name),
      ),
    ),
  'jobs-100': () => ({ ...BASE, jobs: manyJobs(hosts.MANY_HOSTS.slice(0, 100).map(({ name }) => name)) }),
  partial: () => withEnded('partial'),
  'as-planned': () => withDetail(plannedJob()),
  interrupted: () => withEnded('interrupted'),
  cancelled: () => withEnded('cancelled'),
  succeeded: () => {
    const detail = endedJob(FLEET_ID, 'succeeded');
    return withDetail({ ...detail, problems: [], outcomes: {} });
  },
  'long-log': () => ({ ...withLive(), logLines: 200_000 }),
  'first-run': () => FIRST_RUN,
  electron: () => ({ ...BASE, info: { ...BASE.info, door: 'electron', canChooseFolder: true, initialPath: null } }),
  doctor: () => ({ ...FIRST_RUN, findings: BAD_FINDINGS }),
  opening: () => ({ ...BASE, view: null }),
  'open-failed': () => ({ ...BASE, view: SYNTAX_ERROR }),
  lost: () => ({ ...BASE, connection: 'lost' }),
  refused: () => ({ ...BASE, connection: 'refused' }),
  notice: () => ({
    ...BASE,
    info: {
      ...BASE.info,
      notices: [
        {
          code: 'store-corrupt',
          title: 'The history could not be read and was set aside',
          evidence: 'SqliteError: database disk image is malformed',
          advice: [
            'It is kept as nixstead.sqlite.broken-20261121 in the data folder. A fresh one was made; no machine is affected.',
          ],
        },
      ],
    },
  }),
};

function withDetail(detail: JobDetail): Scenario {
  return { ...BASE, jobs: [detail.summary, ...BASE.jobs], details: [detail] };
}

/** A deploy that carried out a plan and did not come to its end everywhere. */
function plannedJob(): JobDetail {
  const ended = endedJob(FLEET_ID, 'partial');
  const { changes } = planJob(FLEET_ID, ended.summary.hosts);
  return { ...ended, spec: { ...ended.spec, plan: '20261121-135000-7f3c11' }, changes };
}

export const scenarioNames = Object.keys(SCENARIOS);

export function scenario(name: string): Scenario {
  const make = SCENARIOS[name];
  if (make === undefined) throw new Error(`There is no scenario ${name}; known are ${scenarioNames.join(', ')}.`);
  return make();
}
