import { expect, test } from 'vitest';
import { confirmBoots } from '../../../../../electron/engine/deploy/reboot/confirm-boots.ts';
import type { MachineFacts } from '../../../../../electron/engine/fleet/status/probe.ts';
import type { JobRequest } from '../../../../../electron/engine/jobs/jobs.ts';
import type { FleetView } from '../../../../../shared/contract/fleet.ts';
import type { Host } from '../../../../../shared/contract/host.ts';
import { fleetId, hostName, jobId } from '../../../../../shared/contract/ids.ts';
import type { JobSummary } from '../../../../../shared/contract/job.ts';

const nas: Host = {
  name: hostName.parse('nas'),
  system: 'x86_64-linux',
  tags: [],
  target: { host: 'nas.home', user: 'root', port: null },
  sources: ['nixosConfigurations'],
  buildOnTarget: false,
  allowLocalDeployment: false,
  privilegeCommand: [],
  sshOptions: [],
  keys: [],
  replaceUnknownProfiles: true,
  deployRs: null,
  problem: null,
};
const view: FleetView = {
  fleet: {
    id: fleetId.parse('0123456789abcdef'),
    name: 'home',
    path: '/no-such-fleet',
    folder: '/no-such-fleet',
    remote: null,
    fingerprint: null,
    ref: 'git+file:///no-such-fleet',
    description: null,
    kinds: ['nixosConfigurations'],
    git: null,
    evaluatedAt: 0,
    fromCache: false,
    problems: [],
  },
  hosts: [nas],
};
const facts: MachineFacts = {
  currentSystem: '/nix/store/new',
  bootedSystem: '/nix/store/new',
  profileSystem: '/nix/store/new',
  generation: 4,
  nixosVersion: '25.11',
  failedUnits: [],
  hasNix: true,
  needsReboot: false,
};
const id = jobId.parse('20261121-140201-abcdef');

const running: JobSummary = {
  id,
  kind: 'deploy',
  title: 'Switch nas',
  fleetId: view.fleet.id,
  hosts: [nas.name],
  state: 'running',
  queuedAt: 0,
  startedAt: 0,
  endedAt: null,
  waitingFor: null,
  stepsDone: 0,
  stepsTotal: 1,
  estimatedMsLeft: null,
  pendingPrompt: null,
};

function listening(latest: readonly JobSummary[] = [], asksNobody = false) {
  const queued: JobRequest[] = [];
  const jobs = {
    list: async () => [...latest],
    queue: async (request: JobRequest) => {
      queued.push(request);
      return id;
    },
  };
  return { queued, seen: confirmBoots({ jobs, sshFolder: '/ssh', asksNobody }) };
}

test('a host that is up with a system on trial, or went back, is seen to once; others are left alone', async () => {
  const { queued, seen } = listening();
  await seen(view, nas, facts);
  await seen(view, nas, { ...facts, pendingBoot: 'waiting' });
  expect(queued).toEqual([]);
  await seen(view, nas, { ...facts, pendingBoot: 'up' });
  await seen(view, nas, { ...facts, pendingBoot: 'up' });
  expect(queued).toMatchObject([{ kind: 'deploy', title: 'Confirm the boot of nas', spec: { goal: 'confirm-boot' } }]);
  await seen(view, nas, { ...facts, profileSystem: '/nix/store/newer', pendingBoot: 'went-back' });
  expect(queued).toHaveLength(2);
});

test('a host that a job works on is left to it', async () => {
  const { queued, seen } = listening([running]);
  await seen(view, nas, { ...facts, pendingBoot: 'up' });
  expect(queued).toEqual([]);
});

test('where no window shows its questions, it asks nobody', async () => {
  const [window, terminal] = [listening(), listening([], true)];
  for (const { seen } of [window, terminal]) await seen(view, nas, { ...facts, pendingBoot: 'up' });
  expect([...window.queued, ...terminal.queued]).toMatchObject([
    { spec: { asksNobody: false } },
    { spec: { asksNobody: true } },
  ]);
});
