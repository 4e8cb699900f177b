import { afterAll, beforeAll, expect, test } from 'vitest';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeLab } from '../lab/describe-lab.ts';
import { filesWith } from '../lab/files-with.ts';
import { idOf, InstallLab } from './install/install-lab.ts';

let home: InstallLab;
/** Time to do something to a machine while its system is being built. */
const slowBuild = '  environment.etc.slow.source = pkgs.slow 3;';

/** At once, and then what a file system keeps for root. */
const fill =
  'fallocate -l "$(df --output=avail -k /mnt | tail -n 1)KiB" /mnt/filler; cat /dev/zero > /mnt/reserve || :';

describeLab('an install that goes wrong', () => {
  beforeAll(async () => {
    home = await InstallLab.start('faults');
  });
  afterAll(() => home[Symbol.asyncDispose]());

  test('is refused without the serial numbers of the disks, before anything is asked of the machine', async () => {
    const bench = await home.machine('bare');
    const target = `root@${bench.host.address}`;
    const { exitCode, stdout } = await home.cli(['install', bench.fleet, 'bare', '--target', target, '--json']);
    expect(exitCode).toBe(2);
    expect(stdout).toContain('--confirm-wipe');
    expect(await bench.host.sshLog()).not.toContain('Accepted');

    const wrong = await (await bench.install([], { confirm: 'LAB-OTHER' })).over();
    expect(bench.errorOf(wrong), JSON.stringify(bench.errorOf(wrong))).toMatchObject({
      code: 'gate-disk-not-confirmed',
    });
    expect(bench.stagesOf(wrong)).toContain('gate failed, disko skipped');
    expect(bench.errorOf(wrong).advice[0]).toBe('Nothing on the disks of bare was changed.');
  });

  test('by a disk that was swapped since it was confirmed or pulled out, or by another machine, stops at the gate', async () => {
    const benches = await Promise.all(['swapped', 'rekeyed', 'pulled'].map((name) => home.machine(name)));
    const [swapped, rekeyed, pulled] = benches;
    if (swapped === undefined || rekeyed === undefined || pulled === undefined) throw new Error('no machines');
    await Promise.all(benches.map((bench) => bench.config(slowBuild)));
    const before = await swapped.digest();
    const [one, two, three] = await Promise.all([swapped.install(), rekeyed.install(), pulled.install()]);
    await Promise.all([
      one
        .until((step) => step.stage === 'build' && step.state === 'running')
        .then(() => swapped.host.swapDisk('vda', 'LAB-STRANGER')),
      two
        .until((step) => step.stage === 'build' && step.state === 'running')
        .then(() => rekeyed.host.regenerateHostKey()),
      three.until((step) => step.stage === 'build' && step.state === 'running').then(() => pulled.host.pullDisk('vda')),
    ]);
    const [first, second, third] = await Promise.all([one.over(), two.over(), three.over()]);
    expect(pulled.errorOf(third), JSON.stringify(pulled.errorOf(third))).toMatchObject({ code: 'gate-disk-missing' });
    expect(pulled.stagesOf(third)).toContain('gate failed, disko skipped');
    expect(pulled.errorOf(third).advice).toContain('Nothing on the disks of pulled was changed.');
    expect(swapped.errorOf(first)).toMatchObject({
      code: 'gate-disk-not-confirmed',
      title: expect.stringContaining('LAB-STRANGER'),
    });
    expect(swapped.stagesOf(first)).toContain('gate failed, disko skipped');
    expect(await swapped.digest()).toBe(before);
    expect(rekeyed.errorOf(second)).toMatchObject({ code: 'ssh-host-key-changed' });
    expect(rekeyed.stagesOf(second)).toMatch(/(?:hardware|gate) failed, .*disko skipped/);
  });

  test('while its system is built, because it does not fit, or because nobody could log in, has changed nothing', async () => {
    const [broken, small, shut] = await Promise.all([
      home.machine('broken'),
      home.machine('small', { size: '300M' }),
      home.machine('shut'),
    ]);
    await Promise.all([
      broken.config('  environment.etc.x.source = pkgs.failing;'),
      small.config('  environment.etc.x.source = pkgs.payload 40;'),
      shut.common((text) => text.replace(/sshKeys = \[[^\]]*\]/, 'sshKeys = [ ]')),
    ]);
    const [one, two, three] = await Promise.all([broken.install(), small.install([], { root: '30M' }), shut.install()]);
    const [first, second, third] = await Promise.all([one.over(), two.over(), three.over()]);
    expect(shut.errorOf(third)).toMatchObject({
      code: 'install-nobody-logs-in',
      evidence: expect.stringContaining('sam: 0 SSH keys, no password'),
    });
    expect(shut.stagesOf(third)).toContain('review failed, kexec skipped');
    expect(broken.errorOf(first)).toMatchObject({ code: 'nix-builder-failed' });
    expect(broken.stagesOf(first)).toContain('build failed, review skipped');
    expect(small.errorOf(second)).toMatchObject({ code: 'install-closure-too-large' });
    expect(small.stagesOf(second)).toContain('review failed, kexec skipped');
    for (const [bench, run] of [
      [broken, first],
      [small, second],
      [shut, third],
    ] as const) {
      expect(bench.errorOf(run).advice).toContain(`Nothing on the disks of ${bench.name} was changed.`);
    }
  });

  test('whose password is wrong, for sudo or by now, whose kernel refuses kexec, or that is cancelled before, leaves the system there as it was', async () => {
    const bench = await home.machine('refusing', { role: 'debian' });
    await bench.host.read('touch', '/etc/lab-no-kexec');
    const state = async (): Promise<string> =>
      bench.host.read('sh', '-c', 'ls -la /root/.ssh 2>&1; cat /root/.ssh/authorized_keys 2>&1; cat /etc/lab-no-kexec');
    const before = await state();
    await bench.host.read('sh', '-c', 'echo "admin ALL=(ALL:ALL) ALL" > /etc/sudoers.d/lab');
    await bench.host.setPassword('admin', 'correct horse');
    const target = ['--target', `admin@${bench.host.address}`, '--layout', await bench.layout()];
    const wrong = await home.cli(
      ['install', bench.fleet, 'refusing', ...target, '--confirm-wipe', bench.serial, '--json'],
      { NIXSTEAD_SUDO_PASSWORD: 'battery staple' },
    );
    expect(wrong.exitCode).toBe(1);
    expect(JSON.parse(wrong.stdout)).toMatchObject({
      error: { code: 'machine-sudo-refused', title: 'sudo does not let admin become root' },
    });
    expect(wrong.stdout).toContain('1 incorrect password attempt');
    expect(await state()).toBe(before);

    // A password that is changed between two logins is not tried again and again.
    const ownKey = join(home.lab.folder, 'unknown-key');
    await home.lab.controller.exec(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', ownKey]);
    await bench.host.setPassword('root', 'once');
    await bench.host.read('sh', '-c', 'echo "echo root:changed | chpasswd" >> /root/.bashrc');
    bench.secrets = { NIXSTEAD_SSH_PASSWORD: 'once' };
    const denied = await (await bench.install(['--identity', ownKey])).over();
    expect(bench.errorOf(denied)).toMatchObject({ code: 'ssh-denied' });
    expect(bench.stagesOf(denied)).toMatch(/^plan failed, evaluate skipped/);
    expect((await bench.host.sshLog()).match(/Failed password for root/g)).toHaveLength(1);
    bench.secrets = {};
    await bench.host.read('sed', '-i', '/chpasswd/d', '/root/.bashrc');
    expect(await state()).toBe(before);

    const refused = await (await bench.install()).over();
    expect(bench.errorOf(refused), JSON.stringify(bench.errorOf(refused))).toMatchObject({
      code: 'install-kexec-refused',
    });
    expect(bench.errorOf(refused).evidence).toContain('kexec_load failed');
    expect(await state()).toBe(before);

    // Long enough that the cancellation is there first, on a busy machine too; it ends the build.
    await bench.config('  environment.etc.slow.source = pkgs.slow 60;');
    const running = await bench.install();
    await running.until((step) => step.stage === 'build' && step.state === 'running');
    const [latest] = (await readdir(join(home.lab.folder, 'state/jobs'))).toSorted().toReversed();
    await home.must('jobs', 'cancel', latest ?? '');
    const cancelled = await running.over();
    expect(cancelled.result.state).toBe('cancelled');
    expect(bench.errorOf(cancelled).evidence).toBe('Nothing on the disks of refusing was changed.');
    expect(await state()).toBe(before);
  });

  test('whose installer has no memory left has erased nothing, says so, and goes on when there is some', async () => {
    const bench = await home.machine('tight', { memory: '400m' });
    const before = await bench.digest();
    const running = await bench.install();
    await running.until((step) => step.stage === 'gate' && step.state === 'running');
    await bench.host.fillDisk();
    const full = await running.over();
    expect(bench.errorOf(full), JSON.stringify(bench.errorOf(full))).toMatchObject({ code: 'install-memory-full' });
    expect(bench.stagesOf(full)).toContain('disko failed, copy skipped');
    expect(bench.errorOf(full).advice[0]).toBe('Nothing on the disks of tight was changed.');
    expect(await bench.digest()).toBe(before);
    await bench.host.freeDisk();
    const resumed = await bench.resume(idOf(full.result), '--confirm-wipe', bench.serial);
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    expect(bench.stagesOf(resumed)).toContain('hardware skipped, gate done, disko done, copy done');
    expect(await bench.host.read('hostname')).toBe('tight');
  });

  test.concurrent(
    'half way through its disks says what they are in, and goes on with a layout that fits, at a new address',
    async () => {
      const bench = await home.machine('moving');
      const failed = await (await bench.install([], { root: '5G' })).over();
      const error = bench.errorOf(failed);
      expect(error).toMatchObject({ code: 'install-disk-too-small' });
      expect(error.advice[0]).toBe('Erasing /dev/vda (LAB-MOVING) had begun: what was there must be taken for lost.');
      // Without the serial numbers it does not begin to erase again.
      const id = idOf(failed.result);
      expect((await home.cli(['install', bench.fleet, 'moving', '--resume', id, '--json'])).exitCode).toBe(2);
      const fixed = await bench.layout();
      await home.lab.controller.exec(['cp', fixed, join(bench.fleet, 'hosts/moving/disko.nix')]);
      // The router gives it another address at its first boot.
      await bench.host.read('sh', '-c', 'echo 192.168.77.201 > /run/lab-firmware/address');
      const resumed = await bench.resume(id, '--confirm-wipe', bench.serial);
      expect(resumed.exitCode, resumed.stderr).toBe(0);
      expect(bench.stagesOf(resumed)).toContain('hardware skipped, gate done, disko done, copy done');
      const said = await home.lab.controller.exec(['cat', join(bench.fleet, 'hosts/moving/host.nix')]);
      expect(said.stdout).toContain('targetHost = "192.168.77.201";');
    },
  );

  test.concurrent(
    'by a full disk, then by a cable pulled in mid-copy goes on from there, and a machine with another key than was made for it is not taken for it',
    async () => {
      const bench = await home.machine('cut');
      await bench.config('  environment.etc.data.source = pkgs.payload 60;');
      await bench.host.link({ kbitPerSecond: 60_000 });
      // Something fills the new disk meanwhile.
      const filling = await bench.install(['--boot-limit', '60']);
      await filling.until((step) => step.stage === 'copy' && step.done > 4 * 1024 * 1024);
      await bench.host.read('sh', '-c', fill);
      const full = await filling.over();
      expect(bench.errorOf(full), JSON.stringify(bench.errorOf(full))).toMatchObject({ code: 'nix-disk-full-target' });
      expect(bench.errorOf(full).advice[0]).toMatch(/^What was on \/dev\/vda \(LAB-CUT\) is erased/);
      await bench.host.read('rm', '/mnt/filler', '/mnt/reserve');

      const running = bench.run('--resume', idOf(full.result));
      await running.until((step) => step.stage === 'copy' && step.done > 8 * 1024 * 1024);
      await bench.host.link('down');
      const cut = await running.over();
      expect(bench.errorOf(cut)).toMatchObject({ code: 'ssh-connection-lost', canRetry: true });
      expect(bench.stagesOf(cut)).toContain('disko skipped, copy failed, install skipped');
      expect(bench.errorOf(cut).advice[0]).toMatch(/^What was on \/dev\/vda \(LAB-CUT\) is erased/);
      await bench.host.link('up');
      const again = bench.run('--resume', idOf(cut.result));
      await again.until((step) => step.stage === 'reboot' && step.state === 'running');
      await bench.host.read('sh', '-c', 'rm -f /mnt/etc/ssh/ssh_host_ed25519_key*');
      const wrong = await again.over();
      expect(bench.stagesOf(wrong)).toContain(
        'gate skipped, disko skipped, copy done, install done, reboot done, boot failed',
      );
      expect(bench.errorOf(wrong)).toMatchObject({ code: 'install-wrong-host-key' });
      // Nor is it by whoever opens a terminal there, also where their own ssh takes any key.
      const own = join(home.lab.folder, 'home/.ssh/config');
      await writeFile(own, 'StrictHostKeyChecking no\nUserKnownHostsFile /dev/null\n');
      const refused = await bench.terminal(idOf(wrong.result), [{ ends: true }]);
      expect(refused.text).toContain('Host key verification failed.');
      expect(refused.end).toEqual({ exitCode: 255, signal: null });
    },
  );

  test.concurrent(
    'that is cancelled after the wipe says what is lost, whose process is killed in mid-copy too, or whose keys are taken away, and each goes on to its end',
    async () => {
      const bench = await home.machine('kept');
      await bench.config('  environment.etc.data.source = pkgs.payload 60;');
      await bench.host.link({ kbitPerSecond: 40_000 });
      const running = await bench.install();
      await running.until((step) => step.stage === 'copy' && step.done > 4 * 1024 * 1024);
      await home.must('jobs', 'cancel', await home.latestJob('kept'));
      const cancelled = await running.over();
      expect(cancelled.result.state).toBe('cancelled');
      expect(bench.stagesOf(cancelled)).toContain('disko done, copy cancelled, install cancelled');
      const lost = 'What was on /dev/vda (LAB-KEPT) is erased; the new file systems are on it.';
      expect(bench.errorOf(cancelled).evidence).toContain(lost);

      const again = bench.run('--resume', idOf(cancelled.result));
      await again.until((step) => step.stage === 'copy' && step.done > 4 * 1024 * 1024);
      const id = await home.latestJob('kept');
      await home.killRunner(id);
      expect((await again.over()).result.state).toBe('failed');
      const killed = await home.job(id);
      expect(killed.summary.state).toBe('interrupted');
      expect(killed.problem).toMatchObject({ code: 'job-interrupted', title: 'Interrupted in step copy of kept' });
      // Nobody was left to say anything: the machine itself is asked, and whoever goes on is told.
      const third = bench.run('--resume', id);
      const left = await third.untilLeft();
      expect(left).toMatchObject({ jobId: id, phase: 'copy', erases: false });
      expect(left.state).toContain(lost);
      expect(left.state).toContain('The new file systems are mounted at /mnt.');
      expect(left.state).toContain('Going on begins with what is missing, and erases nothing again.');

      // Somebody takes all keys away, on a machine that shuts out whoever fails to log in too often.
      await third.until((step) => step.stage === 'copy' && step.done > 4 * 1024 * 1024);
      await bench.shutsOut();
      const keys = '/etc/ssh/lab_keys.d/root';
      await bench.host.read('sh', '-c', `mv ${keys} ${keys}.gone && rm /root/.ssh/authorized_keys`);
      await bench.host.link('up');
      const denied = await third.over();
      expect(bench.errorOf(denied), bench.stagesOf(denied)).toMatchObject({ code: 'install-key-refused' });
      expect(bench.stagesOf(denied)).toContain('copy done, install failed, reboot skipped');
      expect(bench.errorOf(denied).advice[0]).toContain(lost);
      expect(await bench.host.sshLog()).not.toMatch(/activating .* penalty|drop connection/);

      // Its owner is let in again, and with them the install.
      await bench.host.read('mv', `${keys}.gone`, keys);
      const last = await home.cli(['install', bench.fleet, 'kept', '--resume', idOf(denied.result), '--json']);
      expect(last.exitCode, last.stderr + last.stdout.slice(-3000)).toBe(0);
      const { steps } = await home.job(await home.latestJob('kept'));
      expect(steps.map(({ stage, state }) => `${stage} ${state}`).join(', ')).toContain(
        'gate skipped, disko skipped, copy skipped, install done, reboot done, boot done, verify done, commit done',
      );
    },
  );

  test.concurrent(
    'whose installer comes up at another address is found there by its key, and gone on with there, with partitions where the old ones were not',
    async ({ expect }) => {
      const bench = await home.machine('wander', { role: 'debian' });
      expect(await bench.host.read('cat', '/sys/class/block/vda2/start')).toBe('4096');
      // The router gives the installer another address than the system before had.
      await bench.host.read('sh', '-c', 'echo 192.168.77.202 > /run/lab-firmware/address');
      const failed = await (await bench.install([], { root: '5G' })).over();
      expect(bench.errorOf(failed)).toMatchObject({ code: 'install-disk-too-small' });
      // Its owner looks for themselves, in a terminal of the window.
      const planted = 'a-word-that-is-kept-nowhere-7391';
      const seen = await bench.terminal(idOf(failed.result), [
        { shows: String.raw`[#$] $` },
        { type: `echo "on $(hostname), shell $$, size $(stty size), ${planted}" | tr a-z A-Z\r` },
        { shows: String.raw`SIZE 33 91, A-WORD` },
        { resize: { columns: 120, rows: 40 } },
        { type: 'stty size\r' },
        { shows: String.raw`40 120\r\n` },
      ]);
      expect(seen).toMatchObject({ place: 'root@192.168.77.202', end: null, left: [] });
      expect(seen.programs.join()).toMatch(/^\S*ssh -F .* root@192\.168\.77\.202$/);
      const remote = /SHELL (\d+)/.exec(seen.text)?.[1] ?? 'none';
      await expect.poll(() => bench.host.read('sh', '-c', `test -d /proc/${remote} || echo gone`)).toBe('gone');
      const state = join(home.lab.folder, 'state');
      expect(await filesWith(state, '192.168.77.202')).not.toEqual([]);
      expect(await filesWith(state, planted)).toEqual([]);
      // The table that the disk had begins its second partition where the new one still has its first.
      const fixed = await bench.layout(undefined, '8M');
      await home.lab.controller.exec(['cp', fixed, join(bench.fleet, 'hosts/wander/disko.nix')]);
      const moved = await bench.resume(idOf(failed.result), '--confirm-wipe', bench.serial);
      expect(moved.exitCode, moved.stderr).toBe(0);
      expect(bench.stagesOf(moved)).toContain('kexec skipped, hardware skipped, gate done, disko done, copy done');
      const job = await home.job(idOf(moved.result));
      const disko = job.commands.find(({ command: { stage } }) => stage === 'disko');
      expect(disko?.command.argv.join(' ')).toContain('192.168.77.202');
      expect(await bench.host.read('hostname')).toBe('wander');
      expect(await bench.host.read('cat', '/sys/class/block/vda2/start')).toBe('18432');
    },
  );

  test.concurrent('whose machine never comes back says so, and goes on when it does', async () => {
    const bench = await home.machine('gone');
    const running = await bench.install(['--boot-limit', '10']);
    await running.until((step) => step.stage === 'reboot' && step.state === 'running');
    // Its power fails when it is told to restart.
    await bench.host.staysOff();
    const gone = await running.over();
    expect(bench.errorOf(gone)).toMatchObject({ code: 'install-not-back', canRetry: true });
    await bench.host.powerOn();
    const back = await bench.resume(idOf(gone.result));
    expect(back.exitCode, back.stderr).toBe(0);
    expect(bench.stagesOf(back)).toContain('boot done, verify done, commit done');
  });
});
