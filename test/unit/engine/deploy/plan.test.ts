import { describe, expect, test } from 'vitest';
import { given, retryOf, withLeft } from '../../../../electron/engine/deploy/asked.ts';
import {
  deployAddresses,
  deployTitle,
  hostsToRetry,
  planDeploy,
  previewHosts,
} from '../../../../electron/engine/deploy/plan.ts';
import { deploySpec } from '../../../../electron/engine/deploy/spec.ts';
import { Safety } from '../../../../electron/engine/fleet/safety-file.ts';
import type { DeployRequest, Goal } from '../../../../shared/contract/deploy.ts';
import type { FleetView } from '../../../../shared/contract/fleet.ts';
import type { Host } from '../../../../shared/contract/host.ts';
import { fleetId, hostName, jobId } from '../../../../shared/contract/ids.ts';
import type { JobSummary } from '../../../../shared/contract/job.ts';
import { wavePlan } from '../../../../shared/contract/waves.ts';
import { emptyJobDetail } from '../../../../shared/jobs/view.ts';
import { askedOf } from '../../../../shared/jobs/asked.ts';

const host = (name: string, changes: Partial<Host> = {}): Host => ({
  name: hostName.parse(name),
  system: 'x86_64-linux',
  tags: [],
  target: { host: `${name}.home`, user: 'root', port: null },
  sources: ['colmenaHive', 'nixosConfigurations'],
  buildOnTarget: false,
  allowLocalDeployment: false,
  privilegeCommand: ['sudo', '-H', '--'],
  sshOptions: [],
  keys: [],
  replaceUnknownProfiles: true,
  deployRs: null,
  problem: null,
  ...changes,
});

const view = (hosts: Host[]): FleetView => ({
  fleet: {
    id: fleetId.parse('0123456789abcdef'),
    name: 'home',
    path: '/fleet',
    folder: '/fleet',
    remote: null,
    fingerprint: null,
    ref: 'git+file:///fleet',
    description: null,
    kinds: ['colmenaHive'],
    git: null,
    evaluatedAt: 0,
    fromCache: false,
    problems: [],
  },
  hosts,
});
const plan = (hosts: Host[], goal: 'switch' | 'build' = 'switch') =>
  planDeploy(view(hosts), { hosts: hosts.map(({ name }) => name), goal }, '/ssh');
const broken = { code: 'x', title: 'broken', evidence: '', advice: [] };

describe('a plan', () => {
  test('holds all that a deploy needs, so that its runner reads no database', () => {
    const spec = plan([host('nas')]);
    expect(deploySpec.parse(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
    expect(spec).toMatchObject({
      goal: 'switch',
      fleet: { path: '/fleet', ref: 'git+file:///fleet', form: 'flake' },
      hosts: [{ name: 'nas', source: 'colmenaHive', refusal: null }],
      sshFolder: '/ssh',
    });
  });

  test('keeps a host that cannot be deployed, with the reason, beside those that can', () => {
    const hosts = [
      host('good'),
      host('broken', { problem: broken }),
      host('nowhere', { target: null }),
      host('hostile', { target: { host: '-oProxyCommand=x', user: null, port: null } }),
      host('sneaky', { sshOptions: ['-o', 'ProxyCommand=touch /tmp/x'] }),
    ];
    expect(previewHosts(plan(hosts)).map(({ name, refusal }) => [name, refusal?.code ?? null])).toEqual([
      ['good', null],
      ['broken', 'x'],
      ['nowhere', 'deploy-no-address'],
      ['hostile', 'target-refused'],
      ['sneaky', 'ssh-option-refused'],
    ]);
  });

  test('that only builds needs no address, unless the target is to build', () => {
    expect(plan([host('a', { target: null })], 'build').hosts[0]?.refusal).toBe(null);
    const there = host('a', { target: null, buildOnTarget: true });
    expect(plan([there], 'build').hosts[0]?.refusal?.code).toBe('deploy-no-address');
  });

  test('refuses hosts that are one machine, with the names of all, where they are gone to', () => {
    const at = (name: string, port: number | null, sshOptions: string[] = []) =>
      host(name, { target: { host: '10.0.0.5', user: null, port }, sshOptions });
    const jump = ['-J', 'gate'];
    const hosts = [at('nas', null), at('files', 22), at('other', 2222), at('away', 22, jump), host('web')];
    expect(previewHosts(plan(hosts)).map(({ name, refusal }) => [name, refusal?.title ?? null])).toEqual([
      ['nas', 'nas and files are one machine: they have the same address'],
      ['files', 'files and nas are one machine: they have the same address'],
      ['other', null],
      ['away', null],
      ['web', null],
    ]);
    expect(plan(hosts).hosts[0]?.refusal).toMatchObject({ code: 'deploy-same-machine', evidence: '10.0.0.5:22' });
    expect(plan(hosts, 'build').hosts.every(({ refusal }) => refusal === null)).toBe(true);
    expect(plan(hosts.slice(1)).hosts[0]?.refusal).toBe(null);
  });

  test('names each host once and refuses one that the fleet does not have', () => {
    const fleet = view([host('a')]);
    const a = hostName.parse('a');
    expect(planDeploy(fleet, { hosts: [a, a], goal: 'boot' }, '/ssh').hosts).toHaveLength(1);
    expect(() => planDeploy(fleet, { hosts: [hostName.parse('b')], goal: 'boot' }, '/ssh')).toThrow(
      'The fleet has no host b',
    );
  });

  test('guards each host for a minute unless another time is asked for, or none', () => {
    const fleet = view([host('a')]);
    const guard = (watchdog?: number | 'off', goal: Goal = 'switch') => {
      const spec = planDeploy(fleet, { hosts: [hostName.parse('a')], goal, watchdog }, '/ssh');
      return previewHosts(spec)[0]?.watchdogSeconds;
    };
    expect([guard(), guard(90), guard('off'), guard(90, 'boot')]).toEqual([60, 90, null, null]);
  });

  test('a watchdog that would end before the health checks waits for them, and says so', () => {
    const safety = new Safety('', { defaults: { health: [{ command: ['true'], after: 12 }] } });
    const guard = (watchdog: number | 'off') => {
      const request = { hosts: [hostName.parse('a')], goal: 'switch' as const, watchdog };
      return previewHosts(planDeploy(view([host('a')]), request, '/ssh', safety))[0];
    };
    expect(guard(8)).toMatchObject({ watchdogSeconds: 62, waitsForChecks: true });
    expect(guard(90)).toMatchObject({ watchdogSeconds: 90, waitsForChecks: false });
    expect(guard('off')).toMatchObject({ watchdogSeconds: null, waitsForChecks: false });
  });

  test('knows where the hosts answer, so that one machine under two names is one', () => {
    const hosts = [host('a'), host('b', { target: { host: 'A.home', user: null, port: 2222 } })];
    expect([...deployAddresses(plan(hosts)).values()]).toEqual(['a.home:22', 'a.home:2222']);
  });
});

test('the title tells the goal and the first hosts', () => {
  const title = (...names: string[]) => deployTitle(plan(names.map((name) => host(name))));
  expect(title('nas')).toBe('Switch nas');
  expect(title('a', 'b', 'c')).toBe('Switch a, b, c');
  expect(title('a', 'b', 'c', 'd', 'e')).toBe('Switch a, b and 3 more');
});

test('a retry is for the hosts that are not as they were asked for', () => {
  const names = ['done', 'same', 'failed', 'units', 'never'].map((name) => hostName.parse(name));
  const outcome = { generation: null, system: null };
  const outcomes = {
    done: { ...outcome, state: 'succeeded' as const },
    same: { ...outcome, state: 'unchanged' as const },
    failed: { ...outcome, state: 'failed' as const },
    units: { ...outcome, state: 'switched-with-failures' as const },
  };
  expect(hostsToRetry(names, outcomes)).toEqual(['failed', 'units', 'never']);
});

const deployed: JobSummary = {
  id: jobId.parse('20261101-101010-abcdef'),
  kind: 'deploy',
  title: '',
  fleetId: null,
  hosts: [],
  state: 'partial',
  queuedAt: 0,
  startedAt: 0,
  endedAt: 0,
  waitingFor: null,
  stepsDone: 0,
  stepsTotal: 0,
  estimatedMsLeft: null,
  pendingPrompt: null,
};

test('a deploy is done again, and a plan carried out, with the options that it was asked for with', () => {
  const of = fleetId.parse('0123456789abcdef');
  const [done, bad] = [hostName.parse('done'), hostName.parse('bad')];
  const asked = {
    watchdog: 300,
    buildOn: 'target',
    reboot: 'where-needed',
    limits: { copies: 1 },
    waves: 'off',
    planFor: 'boot',
  } as const;
  const request = { hosts: [done, bad], goal: 'boot' as const, ...asked, engine: undefined };
  const spec = planDeploy(view([host('done'), host('bad')]), request, '/ssh');
  const outcome = { generation: null, system: null };
  const job = {
    ...emptyJobDetail(
      { ...deployed, fleetId: of, hosts: [done, bad] },
      { ...deploySpec.parse(JSON.parse(JSON.stringify(spec))) },
    ),
    outcomes: { done: { ...outcome, state: 'succeeded' as const }, bad: { ...outcome, state: 'failed' as const } },
  };
  expect(retryOf(job)).toEqual({
    request: { fleetId: of, hosts: [bad], goal: 'boot', engine: 'nix', ...asked },
    rollbackTo: null,
    approved: null,
    left: new Map([done, bad].map((name) => [name, { previous: null, mustBeWell: [], mustNotFail: [] }])),
  });
  expect(() => retryOf({ ...job, outcomes: { ...job.outcomes, bad: job.outcomes.done } })).toThrow('nothing to try');
  // What is said now goes before what was said of the plan; what is left open does not.
  const now = { fleetId: of, hosts: [bad], goal: 'switch' as const, reboot: 'never' as const, watchdog: undefined };
  expect({ ...askedOf(job), ...given(now) }).toEqual({
    ...asked,
    fleetId: of,
    hosts: [bad],
    goal: 'switch',
    reboot: 'never',
  });
  expect(askedOf({ spec: {} })).toEqual({});
});

test('what is tried again knows which generation was the one before, which checks got worse, and which units failed', () => {
  const [went, away, fell] = ['went', 'away', 'fell'].map((name) => hostName.parse(name));
  const names = [went, away, fell].filter((name) => name !== undefined);
  const planned = planDeploy(view(names.map((name) => host(name))), { hosts: names, goal: 'switch' }, '/ssh');
  const earlier = planned.hosts.map((one) => ({
    ...one,
    ...(one.name === away ? { previous: 5, mustBeWell: ['dns'], mustNotFail: ['mail.service'] } : {}),
  }));
  const spec = deploySpec.parse({ ...planned, hosts: earlier, rollbackTo: 'previous' });
  const outcome = { generation: null, system: null };
  const result = { kind: 'unit', detail: '', tries: 1 };
  const after = [
    { ...result, name: 'web', state: 'failed' as const },
    { ...result, name: 'old', state: 'broken-before' as const },
    { ...result, name: 'dns', state: 'passed' as const },
  ];
  const { left } = retryOf({
    summary: { ...deployed, fleetId: view([]).fleet.id, hosts: names },
    spec: { ...spec },
    // The first was interrupted, and may be there already.
    outcomes: {
      away: { ...outcome, state: 'switched-with-failures', failedUnits: ['web.service'] },
      fell: { ...outcome, state: 'reverted', failedUnits: ['web.service'] },
    },
    changes: {},
    goesBackTo: { went: 3, fell: 7 },
    health: { went: { before: [], after }, fell: { before: [], after } },
  });
  expect(withLeft(planned, left).hosts).toMatchObject([
    { name: 'went', previous: 3, mustBeWell: ['web'], mustNotFail: [] },
    { name: 'away', previous: 5, mustBeWell: ['dns'], mustNotFail: ['mail.service', 'web.service'] },
    { name: 'fell', previous: 7, mustBeWell: [], mustNotFail: [] },
  ]);
});

test('goes in the waves of the fleet unless others are asked for, also after a plan that was asked for without', () => {
  const hosts = [host('web'), host('db')];
  const names = hosts.map(({ name }) => name);
  const safety = new Safety('nixstead.toml', { waves: wavePlan.parse({ wave: [{ count: 1 }] }) });
  const wavesOf = (...waves: DeployRequest['waves'][]): number[] =>
    waves.map(
      (asked) =>
        planDeploy(view(hosts), { hosts: names, goal: 'switch', waves: asked }, '/ssh', safety).waves?.list.length ?? 0,
    );
  expect(wavesOf(undefined, 'fleet', 'off')).toEqual([2, 2, 0]);
  const now: DeployRequest = { fleetId: view(hosts).fleet.id, hosts: names, goal: 'switch', waves: 'fleet' };
  expect({ waves: 'off', ...given(now) }).toMatchObject({ waves: 'fleet' });
});

test('a wave of hosts that are not deployed is told, and one of hosts that are not there is a mistake', () => {
  const hosts = [host('web', { tags: ['canary'] }), host('db'), host('mail')];
  const spec = (on: string, ...names: string[]) => {
    const waves = wavePlan.parse({ wave: [{ on }] });
    const request = { hosts: names.map((name) => hostName.parse(name)), goal: 'switch', waves } as const;
    return planDeploy(view(hosts), request, '/ssh');
  };
  expect(spec('@canary', 'db', 'mail')).toMatchObject({ waves: null, emptyWaves: ['@canary'] });
  expect(spec('@canary', 'db')).toMatchObject({ waves: null, emptyWaves: [] });
  const title = 'The wave “@cannary” has a wrong selection: it matches no host of the fleet';
  expect(() => spec('@cannary', 'web', 'db')).toThrow(title);
});

test('a wave may name a selection that was saved', () => {
  const hosts = [host('web', { tags: ['front'] }), host('db')];
  const waves = wavePlan.parse({ wave: [{ on: 'saved:first' }] });
  const request = { hosts: hosts.map(({ name }) => name), goal: 'switch', waves } as const;
  const saved = new Map([['first', '@front']]);
  const spec = planDeploy(view(hosts), request, '/ssh', undefined, undefined, saved);
  expect(spec.waves?.list.map((wave) => wave.hosts)).toEqual([['web'], ['db']]);
  expect(() => planDeploy(view(hosts), request, '/ssh')).toThrow('there is no saved selection');
});

test('a deploy knows who asked for it, and what the fleet was at', () => {
  const git = { branch: 'main', revision: '4f2c91e0', changedFiles: 2 };
  const spec = (of: FleetView) => planDeploy(of, { hosts: [hostName.parse('web')], goal: 'switch' }, '/ssh');
  const fleet = view([host('web')]);
  expect(spec(fleet).origin).toEqual({ by: expect.stringMatching(/^[^@]+@.+/), commit: null });
  const commit = { revision: '4f2c91e0', changedFiles: 2 };
  expect(spec({ ...fleet, fleet: { ...fleet.fleet, git } }).origin?.commit).toEqual(commit);
});
