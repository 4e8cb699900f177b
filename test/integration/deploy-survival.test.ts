import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe-lab.ts';
import { DeployLab, stagesOf } from './deploy/deploy-lab.ts';

let home: DeployLab;
let seconds = 4;

/** Nix text that makes one stage of a deploy take seconds, where it can be made so. */
const slow = {
  plan: '',
  evaluate: `environment.etc.sum.text =
  let range = builtins.genList (n: n) 7000; add = builtins.foldl' (a: b: a + b);
  in toString (builtins.foldl' (sum: _: add sum range) 0 range);`,
  build: 'environment.etc.slow.source = pkgs.slow SECONDS;',
  copy: 'environment.etc.data.source = pkgs.payload 20;',
  activate: 'pocket.activationSeconds = 5;',
  confirm: '',
  verify: '',
} as const;
type SlowStage = keyof typeof slow;
const stages: SlowStage[] = ['plan', 'evaluate', 'build', 'copy', 'activate', 'confirm', 'verify'];
const kbitPerSecond = 25_000;

/** A deploy that is in the middle of a stage. */
async function deployInto(stage: SlowStage, host: string, name: string) {
  // What was built once is there: each test builds another package.
  seconds += stage === 'build' ? 1 : 0;
  const path = await home.fleet(name, {
    [host]: `${slow[stage].replace('SECONDS', String(seconds))}\npocket.units.${name} = "one";`,
  });
  if (stage === 'copy') await home.host(host).link({ kbitPerSecond });
  const running = home.begin(path, host);
  const isUnderWay = stage === 'copy' ? 1024 * 1024 : 0;
  await running.until((step) => step.stage === stage && step.state === 'running' && step.done >= isUnderWay);
  return { path, running, id: await home.latestJob() };
}

describeLab('a deploy that is disturbed', () => {
  beforeAll(async () => {
    const hosts = ['killed', 'cancelled', 'lost', 'stuck'];
    home = await DeployLab.start('survival', hosts);
    // The first contact asks for each host key, and nobody could answer when the app is killed.
    const path = await home.fleet('first', Object.fromEntries(hosts.map((host) => [host, ''])));
    await home.deploy(path, '*', '--goal', 'push');
  });
  afterAll(() => home[Symbol.asyncDispose]());

  test.each(stages)('goes on to its end when the app is killed while it is at “%s”', async (stage) => {
    const { running, id } = await deployInto(stage, 'killed', `killed-${stage}`);
    await running.kill();
    const job = await home.jobOver(id);
    const host = home.host('killed');
    expect(job.summary.state).toBe('succeeded');
    expect(job.outcomes['killed']).toMatchObject({
      state: 'succeeded',
      generation: await host.generation(),
      system: await host.currentSystem(),
    });
    await host.link('up');
  });

  test.each(['evaluate', 'build', 'copy'] as const)(
    'can be cancelled at “%s”, and says that nothing was changed',
    async (stage) => {
      const host = home.host('cancelled');
      const before = [await host.currentSystem(), await host.generation()];
      const { running, id } = await deployInto(stage, 'cancelled', `cancelled-${stage}`);
      await home.cancel(id);
      const { result, steps } = await running.over();
      expect(result).toMatchObject({
        state: 'cancelled',
        hosts: {
          cancelled: {
            state: 'cancelled',
            error: { code: 'deploy-cancelled', evidence: expect.stringMatching(/^Nothing was changed on cancelled/) },
          },
        },
      });
      expect(stagesOf(steps, 'cancelled')).toContain(`${stage} cancelled`);
      expect([await host.currentSystem(), await host.generation()]).toEqual(before);
      await host.link('up');
    },
  );

  test('that is cancelled in its activation lets it end, and tells the truth', async () => {
    const { running, id } = await deployInto('activate', 'cancelled', 'cancelled-activate');
    await home.cancel(id);
    const { result } = await running.over();
    const host = home.host('cancelled');
    expect(result).toMatchObject({
      state: 'succeeded',
      hosts: { cancelled: { state: 'succeeded', system: await host.currentSystem() } },
    });
  });

  test('that is cancelled in an activation which does not end says that it goes on there', async () => {
    const path = await home.fleet('stuck', { stuck: 'pocket.activationSeconds = 600;' });
    const host = home.host('stuck');
    const before = await host.currentSystem();
    const running = home.begin(path, 'stuck');
    await running.until((step) => step.stage === 'activate' && step.state === 'running' && step.done >= 0);
    await host.read('sh', '-c', 'until ls /run/nixstead/*/pid >/dev/null 2>&1; do sleep 0.05; done');
    await home.cancel(await home.latestJob());
    const { result } = await running.over();
    const { error } = result.hosts['stuck'] ?? {};
    expect(result.hosts['stuck']).toMatchObject({ state: 'cancelled', system: before });
    const unit =
      /in the unit (\S+)\. Nobody confirms it any more, so stuck goes back by itself at \S+\. stuck runs the system from before and boots the new one/.exec(
        error?.evidence ?? '',
      )?.[1];
    expect(await host.read('systemctl', 'is-active', unit ?? '')).toBe('active');
  });

  test('that loses its host in mid-activation waits for it, and sees the end of the activation', async () => {
    const { running, id } = await deployInto('activate', 'lost', 'lost');
    const host = home.host('lost');
    await host.read('sh', '-c', 'until ls /run/nixstead/*/pid >/dev/null 2>&1; do sleep 0.05; done');
    await host.link('down');
    await home.untilLog(id, 'lost', 'The connection was lost. The activation goes on');
    await host.link('up');
    const { result, steps } = await running.over();
    expect(result.hosts['lost']).toMatchObject({
      state: 'succeeded',
      generation: await host.generation(),
      system: await host.currentSystem(),
    });
    expect(stagesOf(steps, 'lost')).toContain('activate done, confirm done, verify done');
    const { stdout } = await home.cli(['jobs', 'log', result.job, '--host', 'lost']);
    expect(stdout.match(/activating the configuration\.\.\./g)).toHaveLength(1);
  });
});
