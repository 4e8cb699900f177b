import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { explainAnywhere, type AnywhereEnd } from '../../../../electron/engine/install/explain-anywhere.ts';
import { anywhereRules } from '../../../../electron/engine/install/anywhere-rules.ts';
import {
  beforeAnywhere,
  hasAskedForReboot,
  readAnywhereLine,
  readAnywhereTail,
} from '../../../../shared/install/anywhere-progress.ts';

const folder = join(import.meta.dirname, '../../../fixtures/nixos-anywhere');
const cases = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const meta = z.object({ exitCode: z.number().nullable(), endedBy: z.literal('watchdog').nullable() });

function endOf(name: string): AnywhereEnd {
  const output = readFileSync(join(folder, name, 'output'), 'utf8');
  const { exitCode, endedBy } = meta.parse(JSON.parse(readFileSync(join(folder, name, 'meta.json'), 'utf8')));
  return explainAnywhere({ output, exitCode, place: 'root@box', ...(endedBy === null ? {} : { endedBy }) });
}

function inShort({ progress, problem }: AnywhereEnd): string {
  const head = `phase ${progress.phase}\nstep ${progress.step}\nerased ${progress.hasErased}\n`;
  if (problem === null) return `${head}no problem\n`;
  const retry = problem.canRetry === true ? '\ncan be tried again' : '';
  return `${head}\n${problem.code}${retry}\n${problem.title}\n\n${problem.evidence}\n\n- ${problem.advice.join('\n- ')}\n`;
}

describe('a recorded run of nixos-anywhere', () => {
  test('is there for each of 33 cases', () => expect(cases).toHaveLength(33));

  test.each(cases.map(({ name }) => name))('%s: phase, reason and advice', async (name) => {
    const end = endOf(name);
    await expect(inShort(end)).toMatchFileSnapshot(join(folder, name, 'expected.txt'));
    if (/^(?:vm-)?(?:pty-)?fail-/.test(name)) {
      expect(end.problem?.advice.length).toBeGreaterThan(0);
      expect(end.problem?.evidence).not.toBe('');
      expect(end.problem?.code).not.toBe('install-failed');
    } else {
      expect(end.problem).toBeNull();
      expect(end.progress.phase).toBe('done');
    }
  });
});

describe('what nixos-anywhere and its programs say', () => {
  const failing = (output: string): string | undefined =>
    explainAnywhere({ output, exitCode: 1, place: 'root@box' }).problem?.code;

  test.each([
    [
      '### Formatting hard drive with disko ###\n/dev/sda2 is mounted; will not make a filesystem here!',
      'install-disk-busy',
    ],
    [
      '### Formatting hard drive with disko ###\nwipefs: error: /dev/sda: probing initialization failed: Device or resource busy',
      'install-disk-busy',
    ],
    [
      '### Switching system into kexec ###\nkexec_load failed: Operation not permitted\nKexec failed',
      'install-kexec-refused',
    ],
    ['### Switching system into kexec ###\nKexec failed', 'install-kexec-failed'],
    [
      '### Gathering machine facts ###\naborted: no cpio command found, but required to build the new initrd',
      'install-missing-program',
    ],
    ['### Switching system into kexec ###\nsudo: a password is required\nKexec failed', 'install-sudo-password'],
    ['### Formatting hard drive with disko ###\nKilled', 'install-out-of-memory'],
    ['### Installing NixOS ###\nFailed to install bootloader', 'install-boot-loader'],
    [
      '### Uploading install SSH keys ###\nReceived disconnect from 10.0.0.5 port 22:2: Too many authentication failures',
      'install-too-many-keys',
    ],
    ['### Uploading install SSH keys ###\nroot@10.0.0.5: Permission denied (publickey).', 'install-key-refused'],
    [
      '### Uploading install SSH keys ###\nssh: Could not resolve hostname nas: Name or service not known',
      'ssh-unknown-name',
    ],
    [
      '### Formatting hard drive with disko ###\ncopying path\nerror: writing to file: No space left on device',
      'install-memory-full',
    ],
    ['### Installing NixOS ###\nsomething odd', 'install-failed'],
    ['', 'install-failed'],
  ])('%j is %s', (output, code) => expect(failing(output)).toBe(code));

  test('a person who cancelled is the reason, whatever was printed', () => {
    const output = '### Uploading install SSH keys ###\nConnection closed by 10.0.0.5 port 22';
    const end = explainAnywhere({ output, exitCode: null, endedBy: 'person', place: 'root@box' });
    expect(end.problem?.code).toBe('install-cancelled');
  });

  test.each([
    ['[sudo] password for ada: ', 'sudo-password'],
    ["root@10.0.0.5's password: ", 'ssh-password'],
    ["Enter passphrase for key '/home/ada/.ssh/id_ed25519': ", 'passphrase'],
    ['Enter passphrase for /dev/disk/by-partlabel/disk-main-luks: ', 'disk-passphrase'],
    ['+ mkfs.ext4 /dev/sda', null],
  ])('%j at the end of the output asks for %s', (tail, question) => {
    expect(readAnywhereTail(beforeAnywhere, tail).question).toBe(question);
  });

  test('a login that is refused is not tried again, and is forgotten with the step that it was in', () => {
    const said = (...lines: string[]) => lines.reduce(readAnywhereLine, beforeAnywhere);
    const step = '### Uploading install SSH keys ###';
    expect(said(step, 'ssh: connect to host 10.0.0.5 port 22: Connection refused').isDenied).toBe(false);
    const denied = said(step, 'root@10.0.0.5: Permission denied (publickey,password).');
    expect(denied).toMatchObject({ phase: 'connect', isDenied: true });
    expect(readAnywhereLine(denied, '### Gathering machine facts ###').isDenied).toBe(false);
  });

  test('a restart is asked for once it waits for the machine to be gone', () => {
    const rebooting = readAnywhereLine(beforeAnywhere, '### Rebooting ###');
    expect(hasAskedForReboot(rebooting)).toBe(false);
    const line = '### Waiting for the machine to become unreachable due to reboot ###';
    expect(hasAskedForReboot(readAnywhereLine(rebooting, line))).toBe(true);
  });

  test('every rule has a code, an advice, and a title without its placeholder', () => {
    for (const rule of anywhereRules) {
      expect(rule.code).toMatch(/^install-[a-z-]+$/);
      expect(rule.advice.length).toBeGreaterThan(0);
    }
  });
});
