import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { machineReport, type MachineReport } from '../../../../shared/contract/machine.ts';
import { everythingOn } from '../../../../shared/disko/probed-disk.ts';
import { readProbe } from '../../../../shared/machines/read-probe.ts';
import { judgeMachine } from '../../../../shared/machines/verdict.ts';
import { readers } from '../../../../electron/engine/machines/probe.ts';

const folder = join(import.meta.dirname, '../../../fixtures/machine-probes');
const at = 1_700_000_000_000;

function reportOf(name: string): MachineReport {
  const report = readProbe(readFileSync(join(folder, name, 'output'), 'utf8'), '@@', at, readers);
  if (report === null) throw new Error(`${name} is not whole`);
  return report;
}

const verdictOf = (report: MachineReport) => judgeMachine(report, { system: 'x86_64-linux' });
const codes = (report: MachineReport): string[] => verdictOf(report).reasons.map(({ code }) => code);

/** What a person would look for in each, on one line a device. */
function inShort(report: MachineReport): unknown {
  const { verdict, reasons, way, defaults } = verdictOf(report);
  return {
    machine: `${report.os.name}, ${report.system}, ${report.firmware.kind}, secure boot ${report.firmware.secureBoot}, ${report.virtualisation.kind}`,
    model: report.model,
    network: report.network,
    disks: report.disks.map((disk) => ({
      disk: `${disk.path} ${disk.sizeBytes} ${disk.model} ${disk.serial} ${disk.transport} ${disk.table}${disk.isSystemDisk ? ' system' : ''}`,
      byId: disk.byId,
      holds: [disk.content, disk.label, disk.group, ...disk.mountpoints].filter((one) => one !== null).join(' '),
      on: everythingOn(disk).map(
        (one) =>
          `${one.path} ${one.kind} ${one.sizeBytes} @${one.partition?.startBytes ?? '-'} ${one.content} ${one.label} group=${one.group} used=${one.usedBytes} ${one.mountpoints.join(' ')}`,
      ),
    })),
    verdict: {
      verdict,
      way,
      defaults,
      reasons: reasons.map(({ code, weight, evidence }) => `${weight} ${code}: ${evidence}`),
    },
    gaps: report.gaps,
  };
}

describe('a recorded machine', () => {
  test.each(readdirSync(folder).filter((name) => !name.includes('.')))('%s is read as expected', async (name) => {
    const report = reportOf(name);
    expect(machineReport.parse(report)).toEqual(report);
    await expect(`${JSON.stringify(inShort(report), null, 2)}\n`).toMatchFileSnapshot(
      join(folder, name, 'expected.txt'),
    );
  });

  test('that runs NixOS says what it runs', () => {
    expect(reportOf('zfs-pool').nixos).toMatchObject({ generation: 42, failedUnits: ['smartd.service'] });
    expect(reportOf('raid-mirror').nixos).toBeNull();
  });

  test('shows its host keys with their fingerprints', () => {
    expect(reportOf('zfs-pool').hostKeys).toEqual([
      expect.objectContaining({
        type: 'ssh-ed25519',
        fingerprint: 'SHA256:/u7IZoJza3Bgm2Or5IL9j3eM6nU5ZB4Fq0Iquo8xniY',
      }),
    ]);
  });
});

describe('an answer', () => {
  const whole = readFileSync(join(folder, 'zfs-pool', 'output'), 'utf8');

  test('that ends early is no report', () => {
    expect(readProbe(whole.slice(0, -20), '@@', at, readers)).toBeNull();
    expect(readProbe('Welcome!\nPlease choose: ', '@@', at, readers)).toBeNull();
  });

  test('of another question is no report', () => {
    expect(readProbe(whole, '@@other', at, readers)).toBeNull();
  });

  test('with a banner before it and line ends of a terminal is read', () => {
    const report = readProbe(`Welcome to tank!\n${whole.replaceAll('\n', '\r\n')}`, '@@', at, readers);
    expect(report?.hostName).toBe('tank');
  });

  test('with lsblk that is not JSON falls back to what else there is', () => {
    const broken = whole.replace('"blockdevices"', '"blockdevices');
    expect(readProbe(broken, '@@', at, readers)?.disks).toEqual([]);
  });
});

describe('the verdict', () => {
  const good = reportOf('uefi-windows-beside-ubuntu');

  test('of a machine with all it needs is that it can', () => {
    expect(verdictOf(good)).toEqual({
      verdict: 'can',
      reasons: [],
      way: 'kexec',
      defaults: { withoutDiskoDependencies: false, buildOn: 'here' },
    });
  });

  test.each<[string, string[], (report: MachineReport) => MachineReport]>([
    ['can', [], (report) => report],
    ['cannot', ['not-linux'], (report) => ({ ...report, kernel: { name: 'FreeBSD', release: '14' }, system: null })],
    [
      'cannot',
      ['architecture', 'other-architecture'],
      (report) => ({ ...report, architecture: 'armv7l', system: 'armv7l-linux' }),
    ],
    ['cannot', ['no-disk'], (report) => ({ ...report, disks: [] })],
    ['cannot', ['no-root'], (report) => ({ ...report, login: { ...report.login, privilege: 'none' } })],
    ['with-changes', ['wrong-clock'], (report) => ({ ...report, clockAheadMs: -3_600_000 })],
    ['with-changes', ['efi-32-bit'], (report) => ({ ...report, firmware: { ...report.firmware, bits: 32 } })],
    [
      'with-changes',
      ['other-architecture'],
      (report) => ({ ...report, architecture: 'aarch64', system: 'aarch64-linux' }),
    ],
    [
      'cannot',
      ['disks-read-only'],
      (report) => ({ ...report, disks: report.disks.map((disk) => ({ ...disk, isReadOnly: true })) }),
    ],
  ])('is %s because of %j', (verdict, expected, change) => {
    const report = change(good);
    expect(codes(report)).toEqual(expected);
    expect(verdictOf(report).verdict).toBe(verdict);
  });

  test.each([
    [-50 * 60_000, '50 minutes behind'],
    [7_200_000, '2 hours ahead'],
    [-40 * 86_400_000, '40 days behind'],
    [-1_700_000_000_000, '54 years behind'],
  ])('a clock that is %d ms off is told in words that a person can picture', (clockAheadMs, words) => {
    const [reason] = verdictOf({ ...good, clockAheadMs }).reasons;
    expect(reason?.evidence).toBe(words);
  });

  test('an installer needs no kexec', () => {
    const installer = reportOf('nixos-installer-empty-disk');
    const report: MachineReport = { ...installer, kexec: { isDisabled: true, lockdown: 'integrity' } };
    expect(verdictOf(report)).toMatchObject({ way: 'installer' });
    expect(codes(report)).not.toContain('kexec-disabled');
  });

  test('every reason says what proves it or what to do', () => {
    for (const name of readdirSync(folder)) {
      for (const { advice, evidence, title } of verdictOf(reportOf(name)).reasons) {
        expect(title).not.toMatch(/undefined|null/);
        expect(advice.length + evidence.length).toBeGreaterThan(0);
      }
    }
  });
});
