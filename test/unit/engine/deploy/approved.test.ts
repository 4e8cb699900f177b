import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { approvedBefore, approvedBy, asApproved, knownChanges } from '../../../../electron/engine/deploy/approved.ts';
import { systemLinks } from '../../../../electron/engine/deploy/build.ts';
import { followUps } from '../../../../electron/engine/deploy/later/follow-ups.ts';
import { releasePlans } from '../../../../electron/engine/deploy/planned-roots.ts';
import { deployHost, deploySpec, type DeploySpec } from '../../../../electron/engine/deploy/spec.ts';
import type { HostChanges } from '../../../../shared/contract/changes.ts';
import { fleetId, hostName, jobId } from '../../../../shared/contract/ids.ts';
import type { HostOutcome, JobDetail, JobSummary } from '../../../../shared/contract/job.ts';
import { emptyJobDetail } from '../../../../shared/jobs/view.ts';

const fleet = fleetId.parse('0123456789abcdef');
const planId = jobId.parse('20261101-101010-abcdef');
const laterId = jobId.parse('20261101-111111-abcdef');
const commit = { revision: '4f2c91e0', changedFiles: 0 };
const now = { revision: '71e0aa30', changedFiles: 1 };

const spec = (names: readonly string[], more: Partial<DeploySpec> = {}): DeploySpec => ({
  ...deploySpec.parse({
    version: 1,
    goal: 'switch',
    origin: { by: 'sam@desk', commit: now },
    fleet: { name: 'home', path: '/fleet', ref: 'git+file:///fleet', form: 'flake' },
    hosts: names.map((name) => ({
      name,
      source: 'nixosConfigurations',
      target: { host: name, user: null, port: null },
      buildOnTarget: false,
      privilegeCommand: [],
      sshOptions: [],
      refusal: null,
    })),
    sshFolder: '/ssh',
  }),
  ...more,
});

const changesTo = (after: string): HostChanges => ({
  ...{ before: '/old', after, derivation: `${after}.drv`, packages: [], addedBytes: 0, removedBytes: 0, units: null },
  ...{ rebootFor: [], risks: [], space: [], commits: null, isUnknown: false },
});
const outcome = (state: HostOutcome['state'], more: Partial<HostOutcome> = {}): HostOutcome => ({
  ...{ state, generation: 4, system: '/old' },
  ...more,
});
const error = { code: 'ssh-timeout', title: 'It does not answer', evidence: '', advice: [] };

function job(id: JobSummary['id'], of: DeploySpec, more: Partial<JobDetail>): JobDetail {
  const hosts = of.hosts.map(({ name }) => name);
  const summary: JobSummary = {
    ...{
      id,
      kind: 'deploy',
      title: '',
      fleetId: fleet,
      hosts,
      state: 'partial',
      queuedAt: 0,
      startedAt: 0,
      endedAt: 0,
    },
    ...{ waitingFor: null, stepsDone: 0, stepsTotal: 0, estimatedMsLeft: null, pendingPrompt: null },
  };
  return { ...emptyJobDetail(summary, JSON.parse(JSON.stringify(of)) as JobDetail['spec']), ...more };
}

const names = ['new', 'same', 'lost', 'full'];
const plan = (more: Partial<DeploySpec> = {}): JobDetail =>
  job(planId, spec(names, { goal: 'dry-activate', origin: { by: 'kim@desk', commit }, ...more }), {
    outcomes: {
      new: outcome('succeeded', { stateVersion: '25.11' }),
      same: outcome('unchanged', { derivation: '/old.drv' }),
      lost: outcome('failed', { error }),
      full: outcome('failed', { error: { ...error, title: 'It would not fit' } }),
    },
    changes: { new: changesTo('/new'), full: changesTo('/big') },
  });
const wanted = { fleetId: fleet, rollbackTo: null };

test('a plan is carried out as it was found; a host that has it already has nothing to do, any other is refused by itself', () => {
  const approved = approvedBy(plan(), wanted);
  const done = asApproved(spec([...names, 'else']), approved);
  expect(done).toMatchObject({ plan: planId, origin: { by: 'sam@desk', commit } });
  expect(done.hosts.map(({ planned }) => planned)).toEqual([
    { before: '/old', outPath: '/new', drvPath: '/new.drv', stateVersion: '25.11' },
    { before: '/old', outPath: '/old', drvPath: '/old.drv', stateVersion: null },
    null,
    null,
    null,
  ]);
  expect(done.hosts.map(({ refusal }) => refusal?.evidence)).toEqual([
    undefined,
    undefined,
    `Job ${planId}: It does not answer`,
    `Job ${planId}: It would not fit`,
    `Job ${planId}: It is none of its hosts`,
  ]);
  expect(knownChanges(done, approved.changes)).toEqual([{ type: 'changes', host: 'new', changes: changesTo('/new') }]);
  expect(() => asApproved(spec(['lost', 'else']), approved)).toThrow('The plan has nothing for lost');
});

test('only a plan of the same is carried out', () => {
  const other = { ...wanted, fleetId: fleetId.parse('fedcba9876543210') };
  expect(() => approvedBy(plan(), other)).toThrow('no plan');
  expect(() => approvedBy(plan({ goal: 'switch' }), wanted)).toThrow('no plan');
  expect(() => approvedBy(plan({ rollbackTo: 'previous' }), wanted)).toThrow('no plan');
  expect(() => approvedBy(plan(), { ...wanted, rollbackTo: 'previous' })).toThrow('no plan');
  expect(approvedBy(plan({ rollbackTo: 'previous' }), { ...wanted, rollbackTo: { generation: 3 } }).plan).toBe(planId);
});

test('what was approved stays that when it is tried again, and when a host comes back later', () => {
  const first = asApproved(spec(names, { offline: 'later' }), approvedBy(plan(), wanted));
  const pinned = { ref: 'git+file:///fleet?rev=71e0aa30', commit: '71e0aa30' };
  const failed = job(laterId, { ...first, pinned }, { changes: { new: changesTo('/new') } });
  const again = approvedBefore(failed);
  if (again === null) throw new Error('nothing was approved');
  const retried = asApproved(spec(['new', 'lost']), again);
  expect(retried).toMatchObject({ plan: planId, origin: { commit } });
  expect(retried.hosts[0]?.planned).toEqual(first.hosts[0]?.planned);
  expect(retried.hosts[1]).toMatchObject({ planned: null, refusal: { code: 'deploy-not-planned' } });
  expect(knownChanges(retried, again.changes)).toHaveLength(1);
  expect(approvedBefore(job(laterId, spec(names), {}))).toBe(null);

  const away = { code: 'deploy-offline-later', title: '', evidence: '', advice: [] };
  const [later] = followUps({ ...failed, outcomes: { new: outcome('skipped', { error: away }) } });
  expect(later).toMatchObject({
    title: 'Switch new as planned when it comes back',
    spec: { plan: planId, hosts: [{ name: 'new', planned: { outPath: '/new' } }] },
    known: [{ type: 'changes', host: 'new' }],
  });
});

test('what a plan built is kept for a host that did not come to it', () => {
  const jobs = mkdtempSync(join(tmpdir(), 'nixstead plans '));
  try {
    const links = systemLinks(join(jobs, planId));
    mkdirSync(links, { recursive: true });
    for (const name of ['new', 'lost']) writeFileSync(join(links, name), '');
    const carried = job(laterId, spec(['new', 'lost'], { plan: planId }), {
      outcomes: { new: outcome('succeeded'), lost: outcome('failed') },
    });
    releasePlans(jobs, carried);
    expect(readdirSync(links)).toEqual(['lost']);
    // Whatever else is deployed there makes the plan pointless.
    releasePlans(jobs, { ...carried, spec: {} });
    expect(readdirSync(links)).toEqual([]);
  } finally {
    rmSync(jobs, { recursive: true });
  }
});

test('names of hosts are data', () => {
  const odd = hostName.parse('constructor');
  const [host] = spec(['new']).hosts;
  const of = spec(['new'], { hosts: [deployHost.parse({ ...host, name: odd })] });
  expect(() => asApproved(of, approvedBy(plan(), wanted))).toThrow('The plan has nothing for constructor');
});
