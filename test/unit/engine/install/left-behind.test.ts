import { describe, expect, test } from 'vitest';
import { describeLeft } from '../../../../electron/engine/install/disk-state.ts';
import { freshState, type InstallState } from '../../../../electron/engine/install/spec.ts';
import { mountDifferences } from '../../../../electron/engine/install/verify.ts';
import { networkModule } from '../../../../shared/fleet/template/network.ts';
import { parseNix } from '../../../../shared/nix/parser.ts';

const os = { id: 'nixos', name: 'NixOS installer', version: '', isNixos: true, isInstaller: true };
const report = { os, disks: [], mounts: [], installRoot: null };
const said = (state: Partial<InstallState>, known: typeof report | null = report): string =>
  describeLeft({ host: 'nas', state: { ...freshState, ...state }, report: known }).join(' ');

describe('what an install left', () => {
  test.each<[string, RegExp, Partial<InstallState>, typeof report | null]>([
    ['before anything', /^Nothing on the disks of nas was changed\.$/, {}, report],
    ['in the installer that it started', /runs the installer from memory/, { byKexec: true }, report],
    [
      'in the middle of erasing',
      /had begun: what was there must be taken for lost.*formats the disks again/,
      { mayHaveErased: true },
      report,
    ],
    [
      'after formatting, and nothing mounted',
      /is erased; the new.*Nothing is mounted.*mounts the file systems again and erases nothing/,
      { mayHaveErased: true, done: ['disko'] },
      report,
    ],
    ['where it cannot be asked', /could not be asked/, { mayHaveErased: true, done: ['disko', 'copy'] }, null],
    [
      'after the restart',
      /has not been seen with its new host key.*waits for its first boot; nothing is erased again/,
      { mayHaveErased: true, done: ['disko', 'copy', 'install', 'reboot'] },
      null,
    ],
  ])('%s', (_, words, state, known) => expect(said(state, known)).toMatch(words));
});

describe('the mounts of a machine that came up', () => {
  const mount = (target: string, type: string) => ({ target, source: '/dev/sda1', type, root: '/', options: [] });
  const wanted = (type: string, options: string[] = []) => ({ device: '/dev/sda1', type, options });

  test('are compared by place and kind', () => {
    const mounts = {
      '/': wanted('ext4'),
      '/boot': wanted('vfat'),
      '/nix': wanted('ext4'),
      '/usb': wanted('ext4', ['noauto']),
    };
    expect(mountDifferences(mounts, { mounts: [mount('/', 'ext4'), mount('/boot', 'ext4')] })).toEqual([
      '/boot is ext4, not vfat.',
      '/nix is not mounted (/dev/sda1).',
    ]);
  });

  test('are fine where they are as wanted', () => {
    expect(mountDifferences({ '/': wanted('auto') }, { mounts: [mount('/', 'btrfs')] })).toEqual([]);
  });
});

test('a fixed address becomes a module that is Nix; DHCP needs none', () => {
  const text = networkModule({
    mode: 'static',
    mac: '52:54:00:12:34:56',
    addresses: ['192.168.1.5/24'],
    gateways: ['192.168.1.1'],
    nameservers: ['192.168.1.1'],
  });
  expect(parseNix(text ?? '').problems).toEqual([]);
  expect(text).toContain('MACAddress = "52:54:00:12:34:56";');
  expect(networkModule({ mode: 'dhcp' })).toBeNull();
  expect(networkModule(null)).toBeNull();
});
