import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostHealth } from '../../shared/contract/health.ts';
import type { HostOutcome } from '../../shared/contract/job.ts';
import { describeLab } from '../lab/describe-lab.ts';
import { DeployLab, RunningDeploy, stagesOf } from './deploy/deploy-lab.ts';

let home: DeployLab;

/** What each host's new system does wrong, and what is said of it. */
const wrong = {
  network: {
    config: 'pocket.breakNetwork = true;',
    code: 'deploy-reverted-unreachable',
  },
  firewall: {
    config: 'pocket.breakFirewall = true;',
    code: 'deploy-reverted-unreachable',
  },
  sshd: {
    config: 'pocket.failUnits = [ "sshd" ];',
    code: 'deploy-reverted-unreachable',
  },
  endless: {
    config: 'system.activationScripts.endless = "trap \'\' TERM; while :; do sleep 1; done";',
    code: 'deploy-reverted-stuck',
  },
  // Has no systemd: there the watchdog is a process of its own.
  bare: {
    config: 'pocket.breakNetwork = true;',
    code: 'deploy-reverted-unreachable',
  },
  broken: {
    config: 'pocket.failActivation = true;',
    code: 'deploy-reverted-activation',
  },
} as const;
const names = ['network', 'firewall', 'sshd', 'endless', 'bare', 'broken'] as const;
const watchdogSeconds = 6;

/** With NIXSTEAD_LONG=1 the same 19 times more, so that it is 20 of 20. */
const moreRounds = process.env['NIXSTEAD_LONG'] === '1' ? 19 : 0;
async function rounds(path: string, before: readonly { name: string; system: string }[]): Promise<void> {
  for (let round = 0; round < moreRounds; round += 1) {
    const running = home.begin(path, '*', '--watchdog', String(watchdogSeconds));
    const since = await Promise.all(names.map(async (name) => (await running.untilWatchdog(name, 'armed')).at));
    const { result } = await running.over();
    for (const [index, { name, system }] of before.entries()) {
      expect([round, name, result.hosts[name]?.state]).toEqual([round, name, 'reverted']);
      expect(await home.host(name).currentSystem()).toBe(system);
      const took = running.watchdogs.find((one) => one.host === name && one.state === 'reverted')?.at ?? Infinity;
      expect(took - (since[index] ?? 0)).toBeLessThan((watchdogSeconds + 10) * 1000);
    }
  }
}

describeLab('the watchdog', () => {
  beforeAll(async () => {
    home = await DeployLab.start('watchdog', [...names, 'plain', 'ill', 'lame', 'hand']);
  });
  afterAll(() => home[Symbol.asyncDispose]());

  const timeout = 120_000 + moreRounds * 60_000;
  test('brings every host back whose new system shuts us out, hangs or fails, and says why', { timeout }, async () => {
    const config = Object.fromEntries(names.map((name) => [name, `${wrong[name].config}\npocket.units.new = "one";`]));
    const path = await home.fleet('wrong', config);
    const before = await Promise.all(
      names.map(async (name) => {
        const host = home.host(name);
        return { name, system: (await host.currentSystem()) ?? '', generation: (await host.generation()) ?? 0 };
      }),
    );
    await home.host('bare').read('rm', '-r', '/run/systemd/system');
    const running = home.begin(path, '*', '--watchdog', String(watchdogSeconds));
    // How long it takes is counted from when each host took on its activation.
    const since = await Promise.all(names.map(async (name) => (await running.untilWatchdog(name, 'armed')).at));
    const { result, steps, exitCode } = await running.over();
    expect([exitCode, result.state]).toEqual([1, 'failed']);
    for (const [index, { name, system, generation }] of before.entries()) {
      const outcome: HostOutcome | undefined = result.hosts[name];
      expect([name, outcome?.state, outcome?.error?.code]).toEqual([name, 'reverted', wrong[name].code]);
      expect(outcome).toMatchObject({ system, generation });
      expect(stagesOf(steps, name)).toMatch(/confirm failed, verify done$/);
      expect(await home.host(name).currentSystem()).toBe(system);
      // The evidence stays: the new generation is in the list, the log in the journal.
      expect(await home.host(name).read('readlink', `/nix/var/nix/profiles/system-${generation + 1}-link`)).toMatch(
        /^\/nix\/store\//,
      );
      const log = await home.host(name).read('sh', '-c', 'cat /run/nixstead/*/watchdog.log');
      expect(log).toContain(`going back to ${system}`);
      if (name === 'network') {
        expect(await home.host(name).read('sh', '-c', 'cat /var/log/lab-journal/nixstead-*-watchdog.log')).toBe(log);
      }
      const took = running.watchdogs.find((one) => one.host === name && one.state === 'reverted')?.at ?? Infinity;
      expect(took - (since[index] ?? 0)).toBeLessThan((watchdogSeconds + 10) * 1000);
    }
    await rounds(path, before);
  });

  test('is armed before the switch, and disarmed over a new connection', async () => {
    const path = await home.fleet('plain', { plain: 'pocket.units.fine = "one";' });
    const running = home.begin(path, 'plain');
    const { deadlineAt, seconds, at } = await running.untilWatchdog('plain', 'armed');
    expect(seconds).toBe(60);
    expect(Math.abs(deadlineAt - at - 60_000)).toBeLessThan(1000);
    const { result } = await running.over();
    expect(result.hosts['plain']?.state).toBe('succeeded');
    expect(running.watchdogs.map(({ state }) => state)).toEqual(['armed', 'kept']);
    const host = home.host('plain');
    expect(await host.read('sh', '-c', 'readlink /run/nixstead/*/verdict')).toBe('kept');
    expect((await host.exec(['sh', '-c', 'ls /run/lab-units/*.timer /nix/var/nix/gcroots/nixstead-*'])).stdout).toBe(
      '',
    );
    const log = await host.sshLog();
    expect(log.match(/Accepted publickey/g)?.length).toBeGreaterThanOrEqual(2);
  });

  test('can be off', async () => {
    const path = await home.fleet('off', { plain: 'pocket.units.fine = "two";' });
    const running = home.begin(path, 'plain', '--watchdog', 'off');
    const { result } = await running.over();
    expect(result.hosts['plain']?.state).toBe('succeeded');
    expect(running.watchdogs).toEqual([]);
  });

  test('goes back where a health check fails that passed before, and lets be what was broken', async () => {
    const path = await home.fleet('health', {
      ill: 'system.activationScripts.ill = "rm -f /run/healthy";',
      lame: 'pocket.units.fine = "three";',
    });
    const before = await home.host('ill').currentSystem();
    for (const name of ['ill', 'lame']) await home.host(name).read('touch', '/run/healthy');
    await writeFile(
      join(path, 'nixstead.toml'),
      `[defaults]
health = [
  { name = "healthy", command = ["test", "-e", "/run/healthy"], within = 5, every = 0.2 },
  { command-here = ["test", "-f", "flake.nix"] },
  { tcp = 22 },
  { unit = "sshd" },
  { no-new-failed-units = true },
]
[[hosts.lame.health]]
name = "lame"
command = ["false"]
within = 30
`,
    );
    // The first contact asks for the host keys.
    await home.deploy(path, '*', '--goal', 'push');
    const asked = await home.cli(['health', path, '--on', '*', '--json']);
    expect(asked.exitCode).toBe(1);
    const answers = asked.stdout
      .trim()
      .split('\n')
      .map((text) => hostHealth.parse(JSON.parse(text)));
    const failing = answers.flatMap(({ host, results }) =>
      results.flatMap(({ name, state }) => (state === 'passed' ? [] : [`${host}: ${name} ${state}`])),
    );
    expect(failing).toEqual(['lame: lame failed']);
    expect(answers.map(({ results }) => results.length).toSorted()).toEqual([5, 6]);

    const { result } = await home.deploy(path, '*');
    expect(result.hosts['lame']?.state).toBe('succeeded');
    expect(result.hosts['ill']).toMatchObject({
      state: 'reverted',
      system: before,
      error: {
        code: 'deploy-reverted-health',
        evidence: expect.stringMatching(/^healthy: exit 1 \(tried \d+ times\)/),
      },
    });
    const { health, commands } = await home.job(result.job);
    expect(health['lame']?.after.find(({ name }) => name === 'lame')).toMatchObject({
      state: 'broken-before',
      tries: 1,
    });
    expect(commands).toContainEqual(
      expect.objectContaining({
        exitCode: 0,
        command: { host: 'ill', stage: 'confirm', where: 'here', argv: ['test', '-f', 'flake.nix'], env: {} },
      }),
    );
    await writeFile(join(path, 'nixstead.toml'), 'watchdog = 5');
    const wrong = await home.cli(['deploy', path, '--on', 'lame', '--yes', '--json']);
    expect([wrong.exitCode, wrong.stdout]).toEqual([1, expect.stringContaining('safety-file-wrong')]);
  });

  test('what somebody else deploys while the checks run is not taken for ours', async () => {
    const host = home.host('plain');
    const ours = await home.fleet('ours', { plain: 'system.activationScripts.hold = "touch /run/hold";' });
    const check = '[defaults]\nhealth = [{ command = ["test", "!", "-e", "/run/hold"], within = 100, every = 0.2 }]\n';
    await writeFile(join(ours, 'nixstead.toml'), check);
    const theirs = await home.fleet('theirs', { plain: 'pocket.units.theirs = "one";' });
    const running = home.begin(ours, 'plain', '--watchdog', '100');
    await running.until(({ stage, state }) => stage === 'confirm' && state === 'running');
    const env = { NIXSTEAD_HOME: join(home.lab.folder, 'other-app') };
    const other = await new RunningDeploy(home.lab, ['deploy', theirs, '--on', 'plain', '--yes', '--json'], env).over();
    expect(other.result.hosts['plain']?.state, JSON.stringify(other.result)).toBe('succeeded');
    await host.read('rm', '/run/hold');
    const { result } = await running.over();
    expect(result.hosts['plain']).toMatchObject({
      state: 'failed',
      system: await host.currentSystem(),
      generation: await host.generation(),
      error: { code: 'deploy-not-switched' },
    });
  });

  test('a person keeps what runs, or sends the host back, before the time is over', async () => {
    const host = home.host('hand');
    const before = [await host.currentSystem(), await host.generation()];
    const config = 'system.activationScripts.long = "sleep 600";';
    const path = await home.fleet('hand', { hand: config });
    const running = home.begin(path, 'hand', '--watchdog', '300');
    await running.untilWatchdog('hand', 'armed');
    await host.read('sh', '-c', 'until pgrep -f "sleep 600" >/dev/null; do sleep 0.05; done');
    const id = await home.latestJob();
    expect((await home.cli(['jobs', 'revert', id])).exitCode).toBe(0);
    const { result } = await running.over();
    expect(result.hosts['hand']).toMatchObject({ state: 'reverted', error: { code: 'deploy-reverted-by-hand' } });
    expect([await host.currentSystem(), await host.generation()]).toEqual(before);

    const slow = await home.fleet('slow', { hand: 'pocket.activationSeconds = 3;' });
    const kept = home.begin(slow, 'hand', '--watchdog', '300');
    await kept.untilWatchdog('hand', 'armed');
    expect((await home.cli(['jobs', 'keep', await home.latestJob(), '--host', 'hand'])).exitCode).toBe(0);
    await kept.untilWatchdog('hand', 'kept');
    expect((await kept.over()).result.hosts['hand']?.state).toBe('succeeded');
    // Nothing is armed any more.
    expect((await home.cli(['jobs', 'keep', await home.latestJob()])).exitCode).not.toBe(0);
  });
});
