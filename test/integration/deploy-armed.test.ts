import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runnerFile } from '../../electron/engine/jobs/job-folder.ts';
import { jobDetail, jobEvent } from '../../shared/contract/job.ts';
import type { LabHost } from '../lab/index.ts';
import { describeLab } from '../lab/describe-lab.ts';
import { DeployLab } from './deploy/deploy-lab.ts';

let home: DeployLab;
const hosts = ['orphan', 'cut', 'restarted'];

const stateOf = async (host: LabHost) => ({ system: await host.currentSystem(), generation: await host.generation() });

describeLab('a fault while the watchdog is armed', () => {
  beforeAll(async () => {
    home = await DeployLab.start('armed', hosts);
    await home.deploy(await home.fleet('first', Object.fromEntries(hosts.map((host) => [host, '']))), '*');
  });
  afterAll(() => home[Symbol.asyncDispose]());

  test('the job’s own process is killed: the host goes back by itself, and the job says that it was interrupted', async () => {
    const host = home.host('orphan');
    const before = await stateOf(host);
    const path = await home.fleet('orphan', { orphan: 'pocket.activationSeconds = 2;\npocket.units.new = "one";' });
    const running = home.begin(path, 'orphan', '--watchdog', '8');
    await running.untilWatchdog('orphan', 'armed');
    const id = await home.latestJob();
    const text = await readFile(join(home.lab.folder, 'state/jobs', id, 'runner.json'), 'utf8');
    const { runner } = runnerFile.parse(JSON.parse(text));
    await home.lab.controller.exec(['kill', '-KILL', String(runner.pid)]);
    expect((await running.over()).exitCode).toBe(1);
    await host.read('sh', '-c', 'until ls /run/nixstead/*/watchdog.status >/dev/null 2>&1; do sleep 0.1; done');
    expect(await stateOf(host)).toEqual(before);
    const job = await home.job(id);
    // What it heard last is that the watchdog was armed; it does not say for ever that the host goes back.
    expect([job.summary.state, job.watchdogs['orphan']?.state]).toEqual(['interrupted', 'armed']);
    const shown = await home.cli(['jobs', 'show', id]);
    expect(shown.stdout).toMatch(
      /^orphan was to go back by itself by \d\d:\d\d:\d\d; fleet status says what it runs\.$/m,
    );
    expect(shown.stdout).not.toContain('goes back by itself');
    expect((await home.cli(['fleet', 'status', path, '--on', 'orphan', '--json'])).stdout).toContain(
      `"currentSystem":"${before.system}"`,
    );
    const exported = await home.cli(['jobs', 'export', id]);
    expect(jobDetail.parse(JSON.parse(exported.stdout))).toEqual(job);
  });

  test('the cable is pulled while it is being confirmed: the host is back, and is heard of when it is plugged in', async () => {
    const host = home.host('cut');
    const before = await stateOf(host);
    const path = await home.fleet('cut', { cut: 'pocket.units.new = "one";' });
    await writeFile(
      join(path, 'nixstead.toml'),
      '[[defaults.health]]\nname = "steady"\ncommand = ["true"]\nafter = 4\nwithin = 1\n',
    );
    const running = home.begin(path, 'cut', '--watchdog', '10');
    await running.until(({ stage, state }) => stage === 'confirm' && state === 'running');
    await host.link('down');
    await host.read('sh', '-c', 'until ls /run/nixstead/*/watchdog.status >/dev/null 2>&1; do sleep 0.1; done');
    await host.link('up');
    const { result } = await running.over();
    expect(result.hosts['cut']).toMatchObject({ state: 'reverted', ...before });
    expect(await stateOf(host)).toEqual(before);
  });

  test('the host is restarted in mid-switch: what is shown is what it says of itself', async () => {
    const host = home.host('restarted');
    const path = await home.fleet('restarted', {
      restarted: 'pocket.activationSeconds = 30;\npocket.units.new = "one";',
    });
    const running = home.begin(path, 'restarted', '--watchdog', '60');
    await running.untilWatchdog('restarted', 'armed');
    await host.read('sh', '-c', 'until ls /run/nixstead/*/pid >/dev/null 2>&1; do sleep 0.05; done');
    await host.reboot();
    const { result } = await running.over();
    expect(result.hosts['restarted']).toMatchObject(await stateOf(host));
    expect(running.watchdogs.at(-1)?.state).toBe('gone');
  });

  test.each(Array.from({ length: process.env['NIXSTEAD_LONG'] === '1' ? 50 : 2 }, (_, round) => round + 1))(
    'the whole controller dies at any moment (%i): afterwards every host is shown as it is, and no line is lost',
    async (round) => {
      const host = home.host('orphan');
      const path = await home.fleet('dies', {
        orphan: `pocket.activationSeconds = 1;\npocket.units.r${round} = "one";`,
      });
      const running = home.begin(path, 'orphan', '--watchdog', '5');
      // Any moment: so many changes of steps are let pass, of about 25.
      let left = Math.floor(Math.random() * 25);
      await running.until(({ stage, state }) => (left -= 1) < 0 || (stage === 'verify' && state === 'done'));
      const id = await home.latestJob();
      const folder = join(home.lab.folder, 'state/jobs', id);
      const logs = async (): Promise<Map<string, string>> => {
        const names = await readdir(join(folder, 'log')).catch(() => []);
        const read = async (name: string) => [name, await readFile(join(folder, 'log', name), 'utf8')] as const;
        return new Map(await Promise.all(names.map(read)));
      };
      const told = [...running.steps, ...running.watchdogs].map((line) => ({ ...line }));
      const logsThen = await logs();
      await home.lab.controller.exec(['pkill', '-KILL', '-x', 'node']);
      // What was armed goes back by itself, and an activation ends.
      const settled =
        'for f in /run/nixstead/*; do [ ! -d "$f" ] || until [ -h "$f/verdict" ] && { [ "$(readlink "$f/verdict")" = kept ] || [ -s "$f/watchdog.status" ]; }; do sleep 0.1; done; done';
      await host.read('sh', '-c', settled);
      const job = await home.jobOver(id);
      const now = await stateOf(host);
      // Only one that was through can say what became of the host, and it says what the host says.
      expect(job.summary.state).toMatch(/interrupted|succeeded/);
      const outcome = job.outcomes['orphan'];
      if (job.summary.state === 'succeeded' || outcome !== undefined) expect(outcome).toMatchObject(now);
      const shown = await home.cli(['fleet', 'status', path, '--on', 'orphan', '--json']);
      expect(shown.stdout).toContain(`"currentSystem":"${now.system}"`);
      expect(shown.stdout).toContain(`"generation":${now.generation}`);

      const text = await readFile(join(folder, 'events.jsonl'), 'utf8');
      const events = text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => jobEvent.parse(JSON.parse(line)));
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
      const kept = events.flatMap((event): object[] => {
        if (event.type === 'step') return [{ type: 'step', ...event.step, at: event.at }];
        return event.type === 'watchdog'
          ? [{ type: 'watchdog', host: event.host, ...event.watchdog, at: event.at }]
          : [];
      });
      for (const line of told) expect(kept).toContainEqual(expect.objectContaining(line));
      const logsNow = await logs();
      for (const [name, then] of logsThen) expect(logsNow.get(name)?.slice(0, then.length)).toBe(then);
    },
  );
});
