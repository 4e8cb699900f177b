import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { hostStatus, type HostStatus } from '../../shared/contract/host.ts';
import { describeLab } from '../lab/describe-lab.ts';
import { commandLine, createLab, type Lab } from '../lab/index.ts';

let lab: Lab;
const program = ['node', commandLine];
const nixstead = (...argv: string[]) => lab.controller.exec([...program, ...argv], { timeoutMs: 60_000 });

async function statusOf(path: string): Promise<Record<string, HostStatus>> {
  const { exitCode, stdout, stderr } = await nixstead('fleet', 'status', path, '--json');
  expect(exitCode, stderr + stdout).toBe(0);
  const statuses = z.array(hostStatus).parse(JSON.parse(stdout));
  return Object.fromEntries(statuses.map((status) => [status.name as string, status]));
}

/** The controller knows a host's key from now on. */
async function pin(host: string): Promise<void> {
  const { exitCode, stderr } = await lab.controller.exec([
    'ssh',
    '-oStrictHostKeyChecking=accept-new',
    '-oBatchMode=yes',
    host,
    'true',
  ]);
  expect(exitCode, stderr).toBe(0);
}

describeLab('the state of hosts', () => {
  beforeAll(async () => {
    lab = await createLab({ name: 'status', onProgress: console.log });
    await lab.up(['alpha', 'beta', 'gamma']);
    await lab.up(['delta'], { role: 'debian' });
  });
  afterAll(() => lab?.down());

  test('is what each says of itself, and why the others say nothing', async () => {
    const { path } = await lab.fleet('colmena', { hosts: ['alpha', 'beta', 'gamma', 'delta', 'nobody'] });
    for (const host of ['alpha', 'beta', 'delta']) await pin(lab.host(host).address);

    const first = await statusOf(path);
    expect(first['alpha']).toMatchObject({
      reachability: 'online',
      generation: 1,
      currentSystem: await lab.host('alpha').currentSystem(),
      failedUnits: [],
      lastDeploy: null,
      problem: null,
    });
    expect(first['alpha']?.nixosVersion).toMatch(/^25\.11/);
    expect(first['alpha']?.currentSystem).toBe(first['alpha']?.profileSystem);
    expect(first['gamma']).toMatchObject({
      reachability: 'unknown',
      problem: { code: 'ssh-host-key-unknown', evidence: expect.stringContaining('SHA256:') as string },
    });
    expect(first['delta']?.reachability).toBe('no-nix');
    expect(first['nobody']).toMatchObject({ reachability: 'offline', checkedAt: expect.any(Number) as number });

    await lab.host('alpha').link('down');
    await lab.host('beta').regenerateHostKey();
    const second = await statusOf(path);
    expect(second['alpha']).toMatchObject({ reachability: 'offline', generation: 1 });
    expect(second['beta']).toMatchObject({ reachability: 'key-changed', generation: 1 });
    expect(second['beta']?.problem?.evidence).toContain((await lab.host('beta').hostKey()).fingerprint);
    await lab.host('alpha').link('up');
  });

  test('of one that came up while the network still looked for it is online', async () => {
    const { path } = await lab.fleet('colmena', { name: 'plugged', hosts: ['alpha'] });
    const host = lab.host('alpha');
    await pin(host.address);
    const neighbours = ['ip', '-statistics', 'neigh'];
    await lab.controller.exec([...neighbours, 'flush', host.address]);
    await host.link('down');
    const before = statusOf(path);
    // The last question of the search was asked (Linux counts the three to the old address too): until it ends, every
    // connection shares its failure.
    const asked = () => lab.controller.exec([...neighbours, 'show', host.address]);
    await vi.waitFor(async () => expect((await asked()).stdout).toMatch(/probes 6 INCOMPLETE/), { timeout: 10_000 });
    await host.link('up');
    expect((await statusOf(path))['alpha']).toMatchObject({ reachability: 'online' });
    await before;
  });

  test('after a deploy names the new generation, failed units and the deploy', async () => {
    const { path } = await lab.fleet('colmena', {
      name: 'failing',
      hosts: ['alpha'],
      config: { alpha: 'pocket.units.broken = "x";\npocket.failUnits = [ "broken" ];' },
    });
    const deployed = await nixstead('deploy', path, '--on', 'alpha', '--yes', '--json');
    const status = (await statusOf(path))['alpha'];
    expect(status, deployed.stdout).toMatchObject({ reachability: 'online', generation: 2 });
    expect(status?.failedUnits.join()).toContain('broken');
    expect(status?.lastDeploy?.state).toBe('switched-with-failures');
    const on = async (expression: string) => (await nixstead('fleet', 'hosts', path, '--on', expression)).stdout;
    expect(await on('state:failed')).toBe('alpha\n');
    expect(await on('state:reboot')).toBe('');
    // As after a boot with another kernel than the one of the profile.
    const older = 'mkdir /run/older && touch /run/older/kernel && ln -sfn /run/older /run/booted-system';
    await lab.host('alpha').read('sh', '-c', older);
    expect(await on('state:reboot & state:reachable')).toBe('alpha\n');
    expect(await on('!state:reboot')).toBe('');
    expect((await nixstead('fleet', 'status', path)).stdout).toMatch(/alpha +● online +2 .*broken/);
  });
});
