import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JobDetail } from '../../shared/contract/job.ts';
import { describeLab } from '../lab/describe-lab.ts';
import { DeployLab, stagesOf } from './deploy/deploy-lab.ts';

let home: DeployLab;
// A check of `a` that is well for as many looks as the file says.
const look = 'n=$(cat /run/looks); echo $((n + 1)) >/run/looks; [ "$n" -lt "$(cat /run/limit)" ]';
const worse = `[hosts.a]\nhealth = [{ name = "worse", command = ["sh", "-c", '${look}'], within = 0 }]\n`;
const wellFor = (looks: number): Promise<string> =>
  home.host('a').read('sh', '-c', `echo 0 >/run/looks; echo ${looks} >/run/limit`);
const hosts = ['a', 'b', 'c'];
const unit = (name: string): string => `pocket.units.${name} = "one";`;
const systems = (): Promise<(string | null)[]> => Promise.all(hosts.map((name) => home.host(name).currentSystem()));

async function waves(name: string, text: string): Promise<string> {
  const path = join(home.lab.folder, `${name}.toml`);
  await writeFile(path, text);
  return path;
}

async function retry(job: string): Promise<JobDetail> {
  await home.cli(['jobs', 'retry', job, '--yes', '--json']);
  return home.job(await home.latestJob());
}

describeLab('a deploy in waves', () => {
  beforeAll(async () => {
    home = await DeployLab.start('waves', hosts);
  });
  afterAll(() => home[Symbol.asyncDispose]());

  test('begins the second when the first is through and its gate is open', async () => {
    const path = await home.fleet('steps', { a: unit('one'), b: unit('one'), c: unit('one') });
    const file = await waves('steps', '[[wave]]\ncount = 1\nwait = 0.01\nhealth = true\n');
    const { result, steps, stderr } = await home.deploy(path, 'a, b, c', '--waves', file);
    expect(result.state, stderr).toBe('succeeded');
    const through = steps.find(({ host, stage, state }) => host === 'a' && stage === 'verify' && state === 'done');
    const begun = steps.filter(({ host, stage, state }) => host !== 'a' && stage === 'plan' && state === 'running');
    expect(begun.length).toBeGreaterThan(1);
    for (const { at } of begun) expect(at - (through?.at ?? Infinity)).toBeGreaterThanOrEqual(500);
    const job = await home.job(result.job);
    expect(job.waves).toMatchObject([
      { name: 'canary', hosts: ['a'], state: 'done', failed: 0 },
      { name: 'the rest', hosts: ['b', 'c'], state: 'done' },
    ]);
  });

  test('is stopped by a failure: later hosts are not touched, and those that are done go back', async () => {
    const before = await systems();
    const path = await home.fleet('stops', {
      a: 'pocket.failActivation = true;',
      b: unit('two'),
      c: unit('two'),
    });
    await home.lab.controller.exec([
      'sh',
      '-c',
      `printf '%s' "$1" >"$2/nixstead.toml"`,
      'sh',
      '[waves]\nwhen-stopped = "go-back"\n[[waves.wave]]\non = "a, b"\n',
      path,
    ]);
    const { result, exitCode, steps } = await home.deploy(path, 'a, b, c');
    expect(exitCode).toBe(1);
    expect(result.hosts).toMatchObject({
      a: { state: 'reverted' },
      b: { state: 'reverted', error: { code: 'wave-went-back' } },
      c: { state: 'skipped', error: { code: 'wave-not-reached' } },
    });
    expect(await systems()).toEqual(before);
    expect(steps.some(({ host, stage, state }) => host === 'b' && stage === 'verify' && state === 'done')).toBe(true);
    expect(steps.some(({ host, stage, state }) => host === 'c' && stage === 'plan' && state === 'running')).toBe(false);
    expect((await home.job(result.job)).waves?.map(({ state }) => state)).toEqual(['stopped', 'skipped']);
  });

  test('is not stopped by a host that is refused, and does not begin where a wave cannot be tried', async () => {
    const path = await home.fleet('refused', { a: unit('refused'), b: unit('refused'), c: unit('refused') });
    const before = await home.host('b').currentSystem();
    const { job } = (await home.deploy(path, 'a', '--plan-only')).result;
    const inOrder = async (first: string, then: string) => {
      const text = `when-stopped = "go-back"\n[[wave]]\non = "${first}"\n[[wave]]\non = "${then}"\n`;
      return home.deploy(path, 'a, b, c', '--planned', job, '--waves', await waves(`${first}-first`, text));
    };
    const refused = { state: 'failed', error: { code: 'deploy-not-planned' } };

    const barred = await inOrder('b', 'a');
    expect(barred.exitCode).toBe(1);
    const left = { state: 'skipped', error: { code: 'wave-not-reached' } };
    expect(barred.result.hosts).toMatchObject({ a: left, b: refused, c: refused });
    expect(barred.steps.filter(({ state }) => state === 'done')).toEqual([]);
    expect((await home.job(barred.result.job)).waves?.map(({ state }) => state)).toEqual([
      'stopped',
      'skipped',
      'skipped',
    ]);

    const { result } = await inOrder('a', 'b, c');
    expect(result.hosts, JSON.stringify(result)).toMatchObject({ a: { state: 'succeeded' }, b: refused, c: refused });
    expect(await home.host('a').currentSystem()).toBe(result.hosts['a']?.system);
    expect(await home.host('b').currentSystem()).toBe(before);
  });

  test('what was broken already counts neither at a gate nor on the way back', async () => {
    const broken = 'pocket.units.backup = "one";\npocket.failUnits = [ "backup" ];';
    const well = await home.fleet('broken', { a: broken });
    expect((await home.deploy(well, 'a')).result.hosts['a']?.state).toBe('switched-with-failures');
    const check = '[defaults]\nhealth = [{ name = "never well", command = ["false"], within = 0 }]\n';
    const plan = '[waves]\nwhen-stopped = "go-back"\n[[waves.wave]]\non = "a"\nhealth = true\n';

    const path = await home.fleet('broken-on', { a: `${broken}\n${unit('on')}`, b: unit('on') });
    await writeFile(join(path, 'nixstead.toml'), check + plan);
    const first = await home.deploy(path, 'a, b');
    expect(first.exitCode, JSON.stringify(first.result)).toBe(0);
    expect(first.result.hosts).toMatchObject({ a: { state: 'succeeded' }, b: { state: 'succeeded' } });
    expect(stagesOf(first.steps, 'a')).toContain('activate done, confirm done, verify done');
    expect((await home.job(first.result.job)).health['a']?.after).toMatchObject([{ state: 'broken-before' }]);

    // It is back where it was, and what did not work there does not work again.
    const before = [await systems(), await home.host('a').generation()];
    const next = await home.fleet('broken-back', { a: unit('back'), b: 'pocket.failActivation = true;' });
    await writeFile(join(next, 'nixstead.toml'), check + plan);
    const { result } = await home.deploy(next, 'a, b');
    expect(result.hosts, JSON.stringify(result)).toMatchObject({
      a: { state: 'reverted', error: { code: 'wave-went-back' } },
      b: { state: 'reverted', error: { code: 'deploy-reverted-activation' } },
    });
    expect([await systems(), await home.host('a').generation()]).toEqual(before);
  });

  test('a gate is closed by a host that was well and is not any more, whether it was changed or not', async () => {
    const path = await home.fleet('gate', { a: unit('gate'), b: unit('gate') });
    await writeFile(join(path, 'nixstead.toml'), `${worse}[waves]\n[[waves.wave]]\non = "a"\nhealth = true\n`);
    const closed = { state: 'skipped', error: { code: 'wave-not-reached' } };

    await wellFor(2);
    const changed = await home.deploy(path, 'a, b');
    expect(changed.result.hosts, JSON.stringify(changed.result)).toMatchObject({
      a: { state: 'switched-with-failures', error: { code: 'wave-unhealthy' } },
      b: closed,
    });
    // Trying again opens it only when the check is well again.
    const again = await retry(changed.result.job);
    const shut = { a: { state: 'failed', error: { code: 'wave-unhealthy' } }, b: closed };
    expect(again.outcomes, JSON.stringify(again.outcomes)).toMatchObject(shut);
    const third = await retry(again.summary.id);
    expect(third.outcomes, JSON.stringify(third.outcomes)).toMatchObject(shut);
    await wellFor(9);
    expect((await retry(third.summary.id)).outcomes).toMatchObject({
      a: { state: 'unchanged' },
      b: { state: 'succeeded' },
    });

    await wellFor(1);
    const unchanged = await home.deploy(path, 'a, b');
    expect(unchanged.result.hosts).toMatchObject({
      a: { state: 'failed', error: { code: 'wave-unhealthy' } },
      b: closed,
    });
    // Nothing got worse: nothing was well when it began.
    await wellFor(0);
    expect((await home.deploy(path, 'a, b')).result.state).toBe('succeeded');
  });

  test('a gate is closed by a unit that failed, in the deploy or after it, until that works again', async () => {
    const path = await home.fleet('units', { a: `${unit('late')}\npocket.failUnits = [ "late" ];`, b: unit('units') });
    const file = await waves('units', '[[wave]]\non = "a"\nhealth = true\n');
    const late = { error: { code: 'deploy-units-failed', title: expect.stringContaining('late.service') } };
    const shut = { a: { state: 'switched-with-failures', ...late }, b: { state: 'skipped' } };
    const first = await home.deploy(path, 'a, b', '--waves', file);
    expect(first.result.hosts, JSON.stringify(first.result)).toMatchObject(shut);
    const again = await retry(first.result.job);
    expect(again.outcomes, JSON.stringify(again.outcomes)).toMatchObject(shut);
    const third = await retry(again.summary.id);
    expect([third.outcomes, third.waves]).toMatchObject([
      shut,
      [{ state: 'stopped', failed: 1 }, { state: 'skipped' }],
    ]);
    const setUnit = (name: string, state: string): Promise<string> =>
      home.host('a').read('sh', '-c', `echo ${state} >/run/lab-units/${name}.service`);
    await setUnit('late', 'active');
    expect((await retry(third.summary.id)).outcomes).toMatchObject({
      a: { state: 'unchanged' },
      b: { state: 'succeeded' },
    });

    const next = await home.fleet('units-later', { a: unit('later'), b: unit('later') });
    const waiting = await waves('units-later', '[[wave]]\non = "a"\nwait = 0.1\nhealth = true\n');
    const running = home.begin(next, 'a, b', '--waves', waiting);
    await running.until(({ host, stage, state }) => host === 'a' && stage === 'verify' && state === 'done');
    await setUnit('later', 'failed');
    const { result } = await running.over();
    const title = 'a was well, and a unit has failed since: later.service';
    expect(result.hosts, JSON.stringify(result)).toMatchObject({
      a: { state: 'switched-with-failures', error: { code: 'wave-unhealthy', title } },
      b: { state: 'skipped', error: { code: 'wave-not-reached' } },
    });
    expect((await retry(result.job)).outcomes).toMatchObject({
      a: { state: 'switched-with-failures' },
      b: { state: 'skipped' },
    });
    // What was failed before a deploy does not count.
    expect((await home.deploy(next, 'a, b', '--waves', file)).result.state).toBe('succeeded');
  });

  test('a host whose way back does no good is told to run what it runs', async () => {
    const before = await home.host('a').generation();
    const path = await home.fleet('stays', { a: unit('stays'), b: 'pocket.failActivation = true;' });
    const plan = '[waves]\nwhen-stopped = "go-back"\n[[waves.wave]]\non = "a"\n';
    await writeFile(join(path, 'nixstead.toml'), `${worse}${plan}`);
    // Well before and after the deploy, and before the way back: its watchdog undoes that.
    await wellFor(3);
    const { result } = await home.deploy(path, 'a, b');
    const host = home.host('a');
    const [system, generation] = [await host.currentSystem(), await host.generation()];
    expect(generation).not.toBe(before);
    expect(result.hosts, JSON.stringify(result)).toMatchObject({
      a: { state: 'failed', system, generation, error: { code: 'wave-not-back' } },
      b: { state: 'reverted', error: { code: 'deploy-reverted-activation' } },
    });
    const { problems } = await home.job(result.job);
    expect(problems.filter((one) => one.host === 'a').at(-1)?.problem.code).toBe('wave-not-back');
  });

  test('what was only tried goes back to what ran, and the profile stays as it is', async () => {
    const file = await waves('tried', 'when-stopped = "go-back"\n[[wave]]\non = "a, b"\n');
    const state = async () => ({ runs: await systems(), generation: await home.host('b').generation() });
    const before = await state();
    const config = { a: 'pocket.failActivation = true;', b: unit('tried'), c: unit('tried') };
    const path = await home.fleet('tried', config);
    const back = { b: { state: 'reverted', error: { code: 'wave-went-back' } }, c: { state: 'skipped' } };
    const tried = await home.deploy(path, 'a, b, c', '--goal', 'test', '--waves', file);
    expect(tried.result.hosts, JSON.stringify(tried.result)).toMatchObject(back);
    expect(await state()).toEqual(before);

    // What is tried there runs again after a switch too, and what booted boots.
    const trial = await home.fleet('trial', { b: unit('trial') });
    expect((await home.deploy(trial, 'b', '--goal', 'test')).result.state).toBe('succeeded');
    const mixed = await state();
    expect(mixed).not.toEqual(before);
    const switched = await home.deploy(path, 'a, b, c', '--waves', file);
    expect(switched.result.hosts, JSON.stringify(switched.result)).toMatchObject(back);
    expect(await state()).toEqual(mixed);
    expect(await home.host('b').read('cat', '/boot/lab-default')).toBe(before.runs[1]);
  });

  test('asks for a password of sudo once a host: its gate and going back use what was typed', async () => {
    const password = 'a password of admin';
    await using asking = new AsyncDisposableStack();
    for (const name of ['a', 'b']) asking.use(await home.host(name).sudoAsks(password));
    const before = await systems();
    const config = { a: unit('typed'), b: 'pocket.failActivation = true;' };
    const { path } = await home.lab.fleet('colmena', { name: 'typed', hosts: ['a', 'b'], config, user: 'admin' });
    const waves = '[waves]\nwhen-stopped = "go-back"\n[[waves.wave]]\non = "a"\nhealth = true\n';
    const check = '[hosts.a]\nhealth = [{ name = "root may", command = ["test", "-r", "/etc/shadow"] }]\n';
    await writeFile(join(path, 'nixstead.toml'), `${check}${waves}`);
    const { questions, outcomes } = await home.answer(path, ['a', 'b'], [password, password]);
    expect(questions.map((text) => text.replace(/@.*/, ''))).toEqual(Array(2).fill('Password for sudo on admin'));
    expect(outcomes, JSON.stringify(outcomes)).toMatchObject({
      a: { state: 'reverted', error: { code: 'wave-went-back' } },
      b: { state: 'reverted' },
    });
    expect(await systems()).toEqual(before);
  });

  test('waits for a person, and where nobody can be asked it stops there', async () => {
    const path = await home.fleet('pause', { a: unit('three'), b: unit('three'), c: unit('three') });
    await home.cli(['selections', 'save', path, 'first', 'a']);
    const file = await waves('pause', '[[wave]]\nname = "a"\non = "saved:first"\npause = true\n[[wave]]\non = "c"\n');
    const { result, stderr } = await home.deploy(path, 'a, b', '--waves', file);
    expect(result.hosts).toMatchObject({ a: { state: 'succeeded' }, b: { state: 'skipped' } });
    expect(stderr).toContain('“a” is through. Go on with “the rest” (b)?');
    const shown = await home.cli(['deploy', path, '--on', 'a, b', '--yes', '--waves', file]);
    expect(shown.stderr).toContain('No host is left for “c”.');
    const wrong = await waves('wrong', '[[wave]]\ncount = 1\npercent = 3\n');
    const { exitCode, stderr: reason } = await home.cli(['deploy', path, '--on', 'a', '--yes', '--waves', wrong]);
    expect([exitCode, reason]).toEqual([2, expect.stringContaining('exactly one of these')]);
    const mistyped = await waves('mistyped', '[[wave]]\non = "@cannary"\npause = true\n');
    const refused = await home.cli(['deploy', path, '--on', 'a, b', '--yes', '--waves', mistyped]);
    expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining('it matches no host of the fleet')]);
  });

  test('does not go on where nobody of a wave was there, and puts nothing off that failed elsewhere', async () => {
    await home.host('a').powerOff();
    try {
      const path = await home.fleet('away', { a: unit('away'), b: unit('away'), c: 'pocket.failActivation = true;' });
      const file = await waves('away', '[[wave]]\non = "a"\nhealth = true\n');
      const { result } = await home.deploy(path, 'a, b', '--waves', file, '--offline', 'skip');
      expect([result.state, result.hosts]).toMatchObject([
        'failed',
        {
          a: { state: 'skipped', error: { code: 'deploy-offline-skipped' } },
          b: {
            state: 'skipped',
            error: { code: 'wave-not-reached', evidence: '“a” was not tried: a could not be reached' },
          },
        },
      ]);
      expect((await home.job(result.job)).waves?.map(({ state }) => state)).toEqual(['stopped', 'skipped']);

      // It comes back later, alone; but not with what failed on another host.
      const later = await home.deploy(path, 'a, b', '--waves', file, '--offline', 'later');
      expect(later.result.hosts).toMatchObject({
        a: { error: { code: 'deploy-offline-later' } },
        b: { error: { code: 'wave-not-reached' } },
      });
      const waiting = await home.latestJob();
      expect((await home.job(waiting)).summary.hosts).toEqual(['a']);
      await home.cancel(waiting);
      await home.jobOver(waiting);
      const both = await waves('both', '[[wave]]\non = "a, c"\n');
      const failed = await home.deploy(path, 'a, b, c', '--waves', both, '--offline', 'later');
      expect(failed.result.hosts).toMatchObject({
        a: { state: 'skipped', error: { code: 'wave-not-reached' } },
        b: { state: 'skipped', error: { code: 'wave-not-reached' } },
        c: { state: 'reverted' },
      });
      expect(await home.latestJob()).toBe(failed.result.job);
    } finally {
      await home.host('a').powerOn();
    }
  });
});
