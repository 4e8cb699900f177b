import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { generation, generationRoom } from '../../shared/contract/generation.ts';
import { describeLab } from '../lab/describe-lab.ts';
import { AtTerminal } from './deploy/at-terminal.ts';
import { DeployLab } from './deploy/deploy-lab.ts';

let home: DeployLab;

describeLab('a plan, and the way back', () => {
  beforeAll(async () => {
    home = await DeployLab.start('plan', ['nas', 'calm']);
    await home.lab.up(['full'], { size: '40m' });
  });
  afterAll(() => home[Symbol.asyncDispose]());

  const git = async (cwd: string, ...argv: string[]): Promise<string> =>
    (await home.lab.controller.exec(['git', ...argv], { cwd })).stdout.trim();

  test('tells what would change on each host, and changes nothing', async () => {
    const path = await home.fleet('plan', { nas: 'pocket.units.gone = "one";', calm: '' });
    // What runs there says which commit it was built from.
    const host = join(path, 'hosts/nas/default.nix');
    const revision = await git(path, 'rev-parse', 'HEAD');
    const text = await readFile(host, 'utf8');
    await writeFile(
      host,
      text.replace('pocket.units.gone', `system.configurationRevision = "${revision}";\n  pocket.units.gone`),
    );
    await home.deploy(path, '*');
    const running = [await home.host('nas').currentSystem(), await home.host('nas').generation()];

    const changed = `environment.etc.data.source = pkgs.payload 3;
  services.openssh.settings.PermitRootLogin = "yes";
  pocket.units.fresh`;
    await writeFile(host, (await readFile(host, 'utf8')).replace('pocket.units.gone', changed));
    await git(path, 'commit', '-aqm', 'Another unit');
    const { exitCode, stdout } = await home.cli(['plan', path, '--on', 'nas', '--json']);
    expect(exitCode).toBe(0);
    const job = await home.job(await home.latestJob());
    const changes = job.changes['nas'];
    expect(stdout).toContain('"type":"changes"');
    expect(changes).toMatchObject({
      before: running[0],
      units: {
        stopped: ['gone.service'],
        restarted: ['sshd.service'],
        started: ['fresh.service'],
      },
      rebootFor: [],
      risks: [{ area: 'ssh', because: expect.arrayContaining(['sshd.service']) }],
      commits: { from: revision, list: [{ subject: 'Another unit' }] },
      isUnknown: false,
    });
    expect(changes?.addedBytes).toBeGreaterThan(3 * 1024 * 1024);
    expect(changes?.packages.find(({ name }) => name === 'etc')).toMatchObject({ kind: 'rebuilt' });
    expect(changes?.space[0]?.neededBytes).toBeGreaterThan(3 * 1024 * 1024);
    expect(changes?.space[0]?.neededBytes).toBeLessThan(20 * 1024 * 1024);
    expect([await home.host('nas').currentSystem(), await home.host('nas').generation()]).toEqual(running);

    // It is there for as long as it may be carried out.
    const roots = async (): Promise<string> =>
      (await home.lab.controller.exec(['nix-store', '--query', '--roots', changes?.after ?? ''])).stdout;
    expect(await roots()).toContain(join(job.summary.id, 'systems/nas'));

    // Exactly what was planned is done, also where the fleet has gone on meanwhile.
    await writeFile(host, (await readFile(host, 'utf8')).replace('pocket.units.fresh', 'pocket.units.later'));
    const planned = ['--planned', job.summary.id];
    const done = (await home.deploy(path, 'nas', ...planned)).result.hosts['nas'];
    expect(done, JSON.stringify(done?.error)).toMatchObject({ state: 'succeeded', system: changes?.after });
    expect(await roots()).not.toContain(job.summary.id);
    // It runs that already; what somebody else deploys then is not what ran when the plan was made.
    expect((await home.deploy(path, 'nas', ...planned)).result.hosts['nas']?.state).toBe('unchanged');
    await home.deploy(path, 'nas');
    expect((await home.deployFails(path, 'nas', ...planned)).code).toBe('deploy-plan-outdated');
    expect((await home.cli(['deploy', path, '--on', 'calm', '--yes', '--json', ...planned])).stdout).toContain(
      'deploy-not-planned',
    );
    await home.cli(['rollback', path, '--on', 'nas', '--to', String(running[1]), '--yes', '--json']);
    expect([await home.host('nas').currentSystem(), await home.host('nas').generation()]).toEqual(running);
    await writeFile(host, (await readFile(host, 'utf8')).replace('pocket.units.later', 'pocket.units.fresh'));

    const forPerson = await home.cli(['deploy', path, '--on', 'nas', '--plan-only']);
    expect(forPerson.stdout).toMatch(/would restart: sshd\.service/);
    expect(forPerson.stdout).toMatch(/touches ssh/);
    const nothing = await home.cli(['plan', path, '--on', 'calm', '--json']);
    expect(nothing.exitCode).toBe(0);
    expect((await home.job(await home.latestJob())).outcomes['calm']?.state).toBe('unchanged');
  });

  test('hosts go back to a generation that they have, and say which those are', async () => {
    const host = home.host('calm');
    const at = async () => [await host.currentSystem(), await host.generation()];
    const first = await at();
    const path = await home.fleet('back', { calm: 'pocket.units.second = "one";' });
    await home.deploy(path, 'calm');
    const second = await at();
    const list = await home.cli(['generations', path, 'calm', '--json']);
    expect(list.exitCode, list.stdout).toBe(0);
    expect(z.array(generation).parse(JSON.parse(list.stdout))).toMatchObject([
      { number: second[1], system: second[0], isRunning: true, isBooted: false, isNext: true },
      { number: first[1], system: first[0], isRunning: false, isNext: false },
      ...(first[1] === 1 ? [] : [{ number: 1, isBooted: true }]),
    ]);
    const plan = await home.cli(['rollback', path, '--on', 'calm', '--to', 'previous', '--plan-only', '--json']);
    expect(plan.exitCode, plan.stdout).toBe(0);
    const reverse = await home.job(await home.latestJob());
    expect(reverse.changes['calm']).toMatchObject({
      before: second[0],
      after: first[0],
      units: { stopped: ['second.service'] },
      commits: null,
    });
    expect(await at()).toEqual(second);
    const back = await home.cli(['rollback', path, '--on', 'calm', '--to', 'previous', '--yes', '--json']);
    expect(back.exitCode, back.stdout).toBe(0);
    expect(await at()).toEqual(first);
    const job = await home.job(await home.latestJob());
    expect(job.watchdogs['calm']?.state).toBe('kept');
    expect(job.steps.map(({ stage, state }) => `${stage} ${state}`)).toEqual([
      'plan done',
      'activate done',
      'confirm done',
      'verify done',
    ]);
    const forward = await home.cli(['rollback', path, '--on', 'calm', '--to', String(second[1]), '--yes', '--json']);
    expect(forward.exitCode).toBe(0);
    expect(await at()).toEqual(second);
    await home.cli(['rollback', path, '--on', 'calm', '--to', '999', '--yes', '--json']);
    expect((await home.job(await home.latestJob())).outcomes['calm']?.error?.code).toBe('deploy-no-generation');
  });

  test('going back to the one before and trying that again is the same one, not one more', async () => {
    const at = async () => [await home.host('calm').currentSystem(), await home.host('calm').generation()];
    const deploy = async (config: string) => {
      const path = await home.fleet('again', { calm: config });
      await home.deploy(path, 'calm');
      return { path, at: await at() };
    };
    const first = await deploy('pocket.units.again = "one";');
    const second = await deploy('pocket.units.backup = "one";\npocket.failUnits = [ "backup" ];');
    const { path } = await deploy('pocket.units.third = "one";');
    await home.cli(['rollback', path, '--on', 'calm', '--to', 'previous', '--yes', '--json']);
    const rolled = await home.job(await home.latestJob());
    expect(rolled.outcomes['calm']?.state).toBe('switched-with-failures');
    expect(await at()).toEqual(second.at);
    expect(second.at).not.toEqual(first.at);
    await home.cli(['jobs', 'retry', rolled.summary.id, '--yes', '--json']);
    // The unit is failed still.
    expect((await home.job(await home.latestJob())).outcomes['calm']?.state).toBe('switched-with-failures');
    expect(await at()).toEqual(second.at);
  });

  test('going back to a time is going back to what ran then, and the plan says what tells that', async () => {
    const host = home.host('nas');
    const at = async () => [await host.currentSystem(), await host.generation()];
    const now = (): string => new Date().toISOString();
    const deploy = async (unit: string, ...options: string[]): Promise<string> => {
      const path = await home.fleet('ran', { nas: `pocket.units.${unit} = "one";` });
      const { result, stderr } = await home.deploy(path, 'nas', ...options);
      expect(result.hosts['nas']?.state, stderr).toBe('succeeded');
      return path;
    };
    const rollback = async (...options: string[]) => {
      await home.cli(['rollback', path, '--on', 'nas', '--json', ...options]);
      return home.job(await home.latestJob());
    };
    const path = await deploy('first');
    const first = await at();
    await deploy('second');
    const { summary: wentBack } = await rollback('--to', 'previous', '--yes');
    expect(await at()).toEqual(first);
    const asFirst = now();
    await deploy('tested', '--goal', 'test');
    const tested = await host.currentSystem();
    const asTested = now();
    await host.reboot();
    const afterBoot = now();
    await deploy('third');

    const plan = await rollback('--to', asFirst, '--plan-only');
    expect(plan.changes['nas']).toMatchObject({
      after: first[0],
      back: { number: first[1], told: { by: 'history', jobId: wentBack.id, at: expect.any(Number) } },
    });
    const { stdout } = await home.cli(['rollback', path, '--on', 'nas', '--to', asFirst, '--plan-only']);
    expect(stdout).toMatch(
      new RegExp(`goes back to generation ${first[1]}: it ran then, as the history says \\(job \\S+\\)`),
    );
    const booted = await rollback('--to', afterBoot, '--plan-only');
    expect(booted.changes['nas']?.back).toMatchObject({ number: first[1], told: { by: 'boot' } });
    // What was only tested is in no generation, and another one is not what ran.
    expect((await rollback('--to', asTested, '--yes')).outcomes['nas']?.error).toMatchObject({
      code: 'deploy-no-generation',
      evidence: expect.stringContaining(tested ?? ''),
    });
    expect((await rollback('--to', asFirst, '--yes')).outcomes['nas']?.state).toBe('succeeded');
    expect(await at()).toEqual(first);
  });

  test('old generations are deleted when it was said how much that frees; what is protected or needed stays', async () => {
    const host = home.host('calm');
    const big = await home.fleet('heavy', { calm: 'environment.etc.data.source = pkgs.payload 8;' });
    await home.deploy(big, 'calm');
    const [heavySystem, heavy] = [await host.currentSystem(), await host.generation()];
    const path = await home.fleet('light', { calm: 'pocket.units.third = "one";' });
    await home.deploy(path, 'calm');
    const newest = await host.generation();
    const generations = async (...options: string[]) => home.cli(['generations', path, 'calm', ...options]);
    const number = String(heavy);
    const exists = async () => (await host.exec(['test', '-e', heavySystem ?? ''])).exitCode === 0;

    expect((await generations('--protect', number)).stdout).toMatch(/protected/);
    const spared = await generations('--delete', number, '--yes');
    expect([spared.exitCode, spared.stderr]).toEqual([2, expect.stringContaining('It is protected.')]);
    // Not even whoever deletes the generation there, past us, takes the system away.
    const profile = '/nix/var/nix/profiles/system';
    await host.exec(['nix-env', '-p', profile, '--delete-generations', number]);
    await host.exec(['nix-store', '--gc']);
    expect(await exists()).toBe(true);
    await host.exec(['ln', '-s', heavySystem ?? '', `${profile}-${number}-link`]);

    const dry = await generations('--unprotect', number, '--delete', number, '--dry-run', '--json');
    const { onlyBytes } = generationRoom.parse(JSON.parse(dry.stdout));
    expect(onlyBytes).toBeGreaterThan(8 * 1024 ** 2);
    expect(onlyBytes).toBeLessThan(9 * 1024 ** 2);
    expect(await exists()).toBe(true);

    const removed = await generations('--delete', number, '--yes');
    expect(removed.exitCode, removed.stdout + removed.stderr).toBe(0);
    expect(removed.stdout).toMatch(/frees 8\.\d MiB/);
    expect(await exists()).toBe(false);
    expect((await host.exec(['test', '-e', `${profile}-${number}-link`])).exitCode).toBe(1);
    expect(await host.generation()).toBe(newest);
    const job = await home.job(await home.latestJob());
    expect(job.steps.find(({ stage }) => stage === 'clean')?.note).toMatch(/freed$/);
  });

  test('what nobody here has deployed is not replaced unseen, where the fleet says so', async () => {
    const host = home.host('full');
    const before = await host.currentSystem();
    const config = { full: 'deployment.replaceUnknownProfiles = false;\npocket.units.mine = "one";' };
    const { path } = await home.lab.fleet('colmena', { name: 'unknown', hosts: ['full'], config });
    expect(await home.deployFails(path, 'full')).toMatchObject({ code: 'deploy-unknown-system', evidence: before });
    expect(await host.currentSystem()).toBe(before);
    const planned = await home.deploy(path, 'full', '--goal', 'dry-activate');
    expect((await home.job(planned.result.job)).changes['full']?.isUnknown).toBe(true);
    const { result } = await home.deploy(path, 'full', '--planned', planned.result.job);
    expect(result.hosts['full']).toMatchObject({ state: 'succeeded', system: await host.currentSystem() });
  });

  test('what was built on the host itself is known where a job of the fleet brought it, and nowhere else', async () => {
    const unseen = 'deployment = { buildOnTarget = true; replaceUnknownProfiles = false; };';
    const config = { full: `${unseen}\npocket.units.there = "one";` };
    const { path } = await home.lab.fleet('colmena', { name: 'there', hosts: ['full'], config });
    const planned = await home.deploy(path, 'full', '--goal', 'dry-activate');
    await home.deploy(path, 'full', '--planned', planned.result.job);
    const file = join(path, 'flake.nix');
    await writeFile(file, (await readFile(file, 'utf8')).replace('there = "one"', 'there = "two"'));
    const again = await home.deploy(path, 'full', '--goal', 'dry-activate');
    expect((await home.job(again.result.job)).changes['full']?.isUnknown).toBe(false);
    expect((await home.deploy(path, 'full')).result.hosts['full']?.state).toBe('succeeded');

    const other = await home.lab.fleet('colmena', { name: 'other', hosts: ['full'], config });
    const seen = await home.deploy(other.path, 'full', '--goal', 'dry-activate');
    expect((await home.job(seen.result.job)).changes['full']?.isUnknown).toBe(true);
    expect(await home.deployFails(other.path, 'full')).toMatchObject({ code: 'deploy-unknown-system' });
  });

  test('says that a system would not fit before anything of it is copied', async () => {
    const path = await home.fleet('big', { full: 'environment.etc.data.source = pkgs.payload 60;' });
    const { exitCode } = await home.cli(['plan', path, '--on', 'full', '--json', '--yes']);
    const job = await home.job(await home.latestJob());
    expect([exitCode, job.outcomes['full']?.error?.code]).toEqual([1, 'deploy-no-room']);
    expect(job.changes['full']?.units).toBeNull();
  });

  test('what was approved is what is deployed, also when it is tried again; each host that was not is refused by itself', async () => {
    const unit = (name: string): string => `pocket.units.${name} = "one";`;
    const nas = home.host('nas');
    const unitsOfNas = (): Promise<string> => nas.read('ls', '/run/current-system/etc/systemd/system');
    const path = await home.fleet('approved', { nas: unit('approved'), calm: unit('approved'), full: '' });
    await home.deploy(path, 'calm');
    expect((await home.cli(['plan', path, '--on', 'nas, calm', '--json'])).exitCode).toBe(0);
    const plan = await home.job(await home.latestJob());
    const id = plan.summary.id;
    const approved = plan.changes['nas'];
    expect([plan.outcomes['nas']?.state, plan.outcomes['calm']?.state]).toEqual(['succeeded', 'unchanged']);

    // Somebody goes on with the fleet, and one host is away.
    const file = join(path, 'hosts/nas/default.nix');
    await writeFile(file, (await readFile(file, 'utf8')).replace('units.approved', 'units.unapproved'));
    await git(path, 'commit', '-aqm', 'Not approved');
    await nas.link('down');
    const { result } = await home.deploy(path, '*', '--planned', id);
    await nas.link('up');
    expect(result.hosts, JSON.stringify(result)).toMatchObject({
      nas: { state: 'failed', error: { code: expect.stringMatching(/^ssh-/) } },
      calm: { state: 'unchanged' },
      full: { state: 'failed', error: { code: 'deploy-not-planned' } },
    });
    const first = await home.job(result.job);
    expect(first.spec).toMatchObject({ plan: id, origin: plan.spec['origin'] });
    expect(first.changes).toEqual({ nas: approved });

    const retried = await home.cli(['jobs', 'retry', result.job, '--yes', '--json']);
    const again = await home.job(await home.latestJob());
    expect(again.outcomes, retried.stdout).toMatchObject({
      nas: { state: 'succeeded', system: approved?.after },
      full: { state: 'failed', error: { code: 'deploy-not-planned' } },
    });
    expect(again.spec).toMatchObject({ plan: id, origin: plan.spec['origin'] });
    expect(again.changes).toEqual({ nas: approved });
    expect(await unitsOfNas()).toContain('approved.service');
    expect(await unitsOfNas()).not.toContain('unapproved.service');
    const exported = await home.cli(['jobs', 'export', again.summary.id]);
    expect(JSON.parse(exported.stdout)).toMatchObject({ spec: { plan: id }, changes: { nas: approved } });

    // Once more changes nothing, also where a host boots something else than the system that it runs.
    const { result: twice } = await home.deploy(path, 'nas, calm', '--planned', id);
    expect(twice.hosts).toMatchObject({ nas: { state: 'unchanged' }, calm: { state: 'unchanged' } });
  });

  test('previous is what ran before, and is named before it is asked for', async () => {
    const host = home.host('calm');
    const path = await home.fleet('previous', { calm: 'pocket.units.previous = "one";' });
    await home.deploy(path, 'calm');
    const first = (await host.generation()) ?? 0;
    const change = async (from: string, to: string): Promise<void> => {
      const file = join(path, 'hosts/calm/default.nix');
      await writeFile(file, (await readFile(file, 'utf8')).replace(from, to));
      await home.deploy(path, 'calm');
    };
    await change('= "one"', '= "two"');
    await home.cli(['rollback', path, '--on', 'calm', '--to', String(first), '--yes', '--json']);
    await change('= "two"', '= "three"');
    expect(await host.generation()).toBe(first + 2);
    const asks = new AtTerminal(home.lab, ['rollback', path, '--on', 'calm']);
    await asks.until(`Go back to generation ${first} (20`);
    await asks.until('on calm? [y/N]');
    asks.type('y');
    expect((await asks.over()).exitCode).toBe(0);
    expect(await host.generation()).toBe(first);

    // What is tested on it has the one that boots before it.
    const other = await home.fleet('previous-test', { calm: '' });
    const tested = await home.cli(['deploy', other, '--on', 'calm', '--yes', '--goal', 'test', '--reboot']);
    expect(tested.exitCode, tested.stdout).toBe(0);
    expect(tested.stderr).toContain('--reboot has no effect with --goal test');
    const status = await home.cli(['fleet', 'status', path, '--on', 'calm']);
    expect(status.stdout).toMatch(new RegExp(` ${first} .*runs another system than it boots`));
    const back = await home.cli(['rollback', path, '--on', 'calm', '--yes', '--json']);
    expect(back.exitCode, back.stdout).toBe(0);
    expect(await host.generation()).toBe(first);
    expect((await home.job(await home.latestJob())).outcomes['calm']).toMatchObject({ generation: first });

    // A plan says itself what it goes back to.
    await home.cli(['rollback', path, '--on', 'calm', '--to', String(first + 1), '--plan-only', '--json']);
    const plan = await home.latestJob();
    const planned = await home.cli(['rollback', path, '--on', 'calm', '--yes', '--json', '--planned', plan]);
    expect(planned.exitCode, planned.stdout).toBe(0);
    expect(await host.generation()).toBe(first + 1);

    const usage = await home.cli(['rollback', path, '--on', 'calm', '--yes', '--json', '--to', '0']);
    expect([usage.exitCode, JSON.parse(usage.stdout)]).toMatchObject([2, { error: { code: 'wrong-usage' } }]);
    expect((await home.cli(['health', path, '--on', '@nope', '--json'])).exitCode).toBe(2);
    expect((await home.cli(['health', path, '--on', 'calm', '--json'])).exitCode).toBe(0);
    await host.link('down');
    const away = await home.cli(['health', path, '--on', 'calm', '--json']);
    await host.link('up');
    expect([away.exitCode, JSON.parse(away.stdout)]).toMatchObject([1, { host: 'calm', results: [] }]);
  });

  test('a plan of going back is carried out by going back, and a deploy is no plan', async () => {
    const path = await home.fleet('back-planned', { calm: 'pocket.units.planned = "one";' });
    const deployed = await home.deploy(path, 'calm');
    await home.cli(['rollback', path, '--on', 'calm', '--to', 'previous', '--plan-only', '--json']);
    const back = await home.latestJob();
    for (const id of [back, deployed.result.job]) {
      const refused = await home.cli(['deploy', path, '--on', 'calm', '--yes', '--json', '--planned', id]);
      expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'deploy-not-planned' } });
    }
    const gone = await home.cli(['rollback', path, '--on', 'calm', '--yes', '--json', '--planned', back]);
    expect(gone.exitCode, gone.stdout).toBe(0);
    expect((await home.job(await home.latestJob())).spec).toMatchObject({ plan: back, origin: { commit: null } });
  });

  test('a plan is carried out for what it was made for, unless a goal is named', async () => {
    const generation = await home.host('calm').generation();
    const path = await home.fleet('tried', { calm: 'pocket.units.tried = "one";' });
    const plan = await home.deploy(path, 'calm', '--plan-only', '--goal', 'test');
    const { result } = await home.deploy(path, 'calm', '--planned', plan.result.job);
    expect((await home.job(result.job)).spec['goal']).toBe('test');
    expect(result.hosts['calm']).toMatchObject({ state: 'succeeded', generation });
    const named = (await home.deploy(path, 'calm', '--planned', plan.result.job, '--goal', 'switch')).result;
    expect((await home.job(named.job)).spec['goal']).toBe('switch');
    expect(named.hosts['calm']?.state).toBe('succeeded');
    expect(named.hosts['calm']?.generation).not.toBe(generation);
  });
});
