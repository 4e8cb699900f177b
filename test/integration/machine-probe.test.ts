import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { probeAnswer, type ProbeAnswer } from '../../shared/contract/machine.ts';
import { problem, type Problem } from '../../shared/contract/problem.ts';
import { describeLab } from '../lab/describe-lab.ts';
import { commandLine, createLab, type Lab, type LabHost } from '../lab/index.ts';

let lab: Lab;
const failure = z.object({ error: problem });
type Probed = Extract<ProbeAnswer, { state: 'probed' }>;

const cli = (place: string, env: Readonly<Record<string, string>> = {}, ...flags: string[]) =>
  lab.controller.exec(['node', commandLine, 'hosts', 'probe', place, '--json', ...flags], { timeoutMs: 60_000, env });

async function probed(place: string, env: Readonly<Record<string, string>> = {}): Promise<Probed> {
  const { exitCode, stdout, stderr } = await cli(place, env);
  expect(exitCode, stderr + stdout).toBe(0);
  const answer = probeAnswer.parse(JSON.parse(stdout));
  if (answer.state !== 'probed') throw new Error(answer.state);
  return answer;
}

async function refused(place: string, env: Readonly<Record<string, string>>, ...flags: string[]): Promise<Problem> {
  const { exitCode, stdout } = await cli(place, env, ...flags);
  expect(exitCode, stdout).toBe(1);
  return failure.parse(JSON.parse(stdout)).error;
}

const codes = ({ verdict }: Probed): string[] => verdict.reasons.map(({ code }) => code);

describeLab('a probe', () => {
  let stick: LabHost;
  let debian: LabHost;

  beforeAll(async () => {
    lab = await createLab({ name: 'probe', onProgress: console.log });
    const disks = (serial: string) => [{ size: '1G', serial, model: 'Lab disk' }];
    const [one = [], two = []] = await Promise.all([
      lab.up(['stick'], { role: 'installer', disks: [...disks('LAB-A'), ...disks('LAB-B')] }),
      lab.up(['debian'], { role: 'debian', disks: disks('LAB-C') }),
    ]);
    const [first] = one;
    const [second] = two;
    if (first === undefined || second === undefined) throw new Error('The lab started nothing');
    [stick, debian] = [first, second];
  });
  afterAll(() => lab.down());

  test('tells an installer’s blank disks by model, serial and names that stay, in one round trip', async () => {
    const answer = await probed('root@stick');
    const { report, verdict, hostKey } = answer;
    expect(report.os).toMatchObject({ isNixos: true, isInstaller: true });
    expect(report.disks.map(({ path, serial, byId, isSystemDisk }) => ({ path, serial, byId, isSystemDisk }))).toEqual([
      { path: '/dev/vda', serial: 'LAB-A', byId: ['/dev/disk/by-id/lab-Lab_disk_LAB-A'], isSystemDisk: false },
      { path: '/dev/vdb', serial: 'LAB-B', byId: ['/dev/disk/by-id/lab-Lab_disk_LAB-B'], isSystemDisk: false },
    ]);
    expect(verdict).toMatchObject({ way: 'installer', verdict: 'with-changes' });
    expect(codes(answer)).toEqual(['small-disk', 'static-network']);
    expect(hostKey.fingerprint).toBe((await stick.hostKey()).fingerprint);
    expect(report.hostKeys.map(({ fingerprint }) => fingerprint)).toContain(hostKey.fingerprint);
    expect(report.network).toMatchObject({ connectedBy: 'eth0' });
    expect(report.gaps).toEqual([]);
    expect(answer.tookMs).toBeLessThan(10_000);
    expect((await stick.sshLog()).match(/Accepted publickey/g)).toHaveLength(1);
  });

  test('finds the same disk where lsblk, blkid and ip are missing', async () => {
    const whole = await probed('root@debian');
    expect(whole.report.disks[0]).toMatchObject({ serial: 'LAB-C', table: 'gpt', isSystemDisk: true });
    expect(whole.report.disks[0]?.children.map(({ content, mountpoints }) => [content, mountpoints])).toEqual([
      [null, []],
      ['ext4', ['/']],
    ]);
    await debian.read(
      'sh',
      '-c',
      'rm -f /usr/bin/lsblk /usr/sbin/blkid /usr/bin/ip /usr/sbin/ip /usr/bin/systemd-detect-virt',
    );
    const { report } = await probed('root@debian');
    expect(report.disks[0]).toMatchObject({ path: '/dev/vda', serial: 'LAB-C', isSystemDisk: true });
    expect(report.disks[0]?.children).toHaveLength(2);
    expect(report.disks[0]?.children[1]).toMatchObject({ content: 'ext4', mountpoints: ['/'] });
    expect(report.gaps.join(' ')).toMatch(/no lsblk.*neither ip nor ifconfig/);
  });

  test('runs with sudo as an administrator, with a password that is right, wrong or not given', async () => {
    expect((await probed('admin@debian')).report.login).toMatchObject({ user: 'admin', privilege: 'sudo' });
    await debian.setPassword('admin', 'open sesame');
    await debian.read('sh', '-c', 'echo "admin ALL=(ALL:ALL) ALL" > /etc/sudoers.d/lab');
    const asked = await probed('admin@debian');
    expect(asked.report.login.privilege).toBe('sudo-asks');
    expect(codes(asked)).toContain('sudo-password');
    expect(asked.report.gaps.join()).toContain('without the rights of root');
    const right = await probed('admin@debian', { NIXSTEAD_SUDO_PASSWORD: 'open sesame' });
    expect(right.report.login.privilege).toBe('sudo-password');
    expect(codes(right)).not.toContain('sudo-password');
    const wrong = await probed('admin@debian', { NIXSTEAD_SUDO_PASSWORD: 'open barley' });
    expect(wrong.report.login).toMatchObject({
      privilege: 'sudo-refused',
      sudoSaid: expect.stringMatching(/password|try again/i),
    });
    expect(wrong.verdict.verdict).toBe('cannot');
    await debian.read('rm', '/etc/sudoers.d/lab');
    await debian.read('gpasswd', '--delete', 'admin', 'sudo');
    const stranger = await probed('admin@debian', { NIXSTEAD_SUDO_PASSWORD: 'open sesame' });
    expect(stranger.report.login).toMatchObject({
      privilege: 'sudo-refused',
      sudoSaid: expect.stringContaining('sudoers'),
    });
  });

  test('with a wrong password tries once and says so, and stops at a changed host key', async () => {
    const key = join(lab.folder, 'stranger');
    await lab.controller.exec(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const wrong = await refused('admin@debian', { NIXSTEAD_SSH_PASSWORD: 'open barley' }, '--identity', key);
    expect(wrong.code).toBe('ssh-denied');
    expect((await debian.sshLog()).match(/Failed password/g)).toHaveLength(1);
    await stick.regenerateHostKey();
    expect(await refused('root@stick', {})).toMatchObject({ code: 'ssh-host-key-changed' });
  });
});
