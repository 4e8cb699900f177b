import { describe, expect, it } from 'vitest';
import {
  companionFileName,
  formatCompanion,
  importCompanion,
  mergeCompanion,
  readCompanion,
} from '../../../../../shared/disko/companion/file.ts';
import { guessFirmware } from '../../../../../shared/disko/companion/boot-loader.ts';
import type { NixosSetting } from '../../../../../shared/disko/companion/setting.ts';
import { companionSettings } from '../../../../../shared/disko/companion/settings.ts';
import { toJson, valueAt, type Layout } from '../../../../../shared/disko/layout.ts';
import { convertToMirror } from '../../../../../shared/disko/operations.ts';
import { buildRecipe, recipes } from '../../../../../shared/disko/recipes.ts';
import type { Firmware } from '../../../../../shared/disko/rules/finding.ts';
import { formatLayout } from '../../../../../shared/disko/format.ts';
import { readLayout } from '../../../../../shared/disko/read-source.ts';

const disks = ['main', 'second', 'third', 'fourth'].map((name) => ({ name, device: `/dev/disk/by-id/ata-${name}` }));
const firmwares = ['uefi', 'bios', 'both', 'rpi'] as const;

function recipe(name: string, firmware: Firmware = 'uefi', count = 1): Layout {
  return buildRecipe(name, { disks: disks.slice(0, count), firmware, swap: null, hibernation: false });
}
function settings(layout: Layout, firmware: Firmware | null = 'uefi'): NixosSetting[] {
  return companionSettings(layout, { firmware, hostId: '0a1b2c3d' });
}
/** The settings as one would write them: `a.b` to value. */
function flat(layout: Layout, firmware: Firmware | null = 'uefi'): Record<string, unknown> {
  return Object.fromEntries(settings(layout, firmware).map(({ path, value }) => [path.join('.'), toJson(value)]));
}

describe('what a layout needs of NixOS', () => {
  it('is a boot loader for the firmware', () => {
    expect(flat(recipe('single-ext4'))).toEqual({
      'boot.loader.systemd-boot.enable': true,
      'boot.loader.efi.canTouchEfiVariables': true,
    });
    expect(flat(recipe('single-ext4', 'bios'), 'bios')).toEqual({ 'boot.loader.grub.enable': true });
    expect(flat(recipe('single-ext4', 'both'), 'both')).toEqual({
      'boot.loader.grub.enable': true,
      'boot.loader.grub.efiSupport': true,
      'boot.loader.grub.efiInstallAsRemovable': true,
    });
    expect(flat(recipe('raspberry-pi', 'rpi'), 'rpi')).toEqual({
      'boot.loader.grub.enable': false,
      'boot.loader.generic-extlinux-compatible.enable': true,
    });
    expect(flat(recipe('single-ext4'), null)).toEqual({});
  });
  it('is a loader on every disk of a mirror', () => {
    expect(flat(recipe('mirror-btrfs', 'uefi', 2))).toMatchObject({
      'boot.loader.grub.enable': true,
      'boot.loader.grub.mirroredBoots': [
        { path: '/boot', devices: ['nodev'] },
        { path: '/boot-2', devices: ['nodev'] },
      ],
    });
    expect(flat(recipe('mirror-btrfs', 'bios', 2), 'bios')).toMatchObject({
      'boot.loader.grub.devices': [],
      'boot.loader.grub.mirroredBoots': [
        { path: '/boot', devices: ['/dev/disk/by-id/ata-main'] },
        { path: '/boot-2', devices: ['/dev/disk/by-id/ata-second'] },
      ],
    });
    const array = convertToMirror(recipe('single-ext4'), 'main', { name: 'b', device: '/dev/disk/by-id/ata-b' });
    expect(flat(array)).toMatchObject({
      'boot.loader.grub.device': 'nodev',
      'boot.loader.grub.efiInstallAsRemovable': true,
      'boot.swraid.mdadmConf': 'MAILADDR root',
    });
  });
  it('is what ZFS asks for', () => {
    expect(flat(recipe('mirror-zfs', 'uefi', 2))).toMatchObject({
      'networking.hostId': '0a1b2c3d',
      'boot.loader.grub.zfsSupport': true,
    });
    const pool: Layout = {
      disk: {
        a: {
          type: 'disk',
          device: '/dev/vda',
          content: { type: 'gpt', partitions: { zfs: { size: '100%', content: { type: 'zfs', pool: 'tank' } } } },
        },
      },
      zpool: { tank: { type: 'zpool', datasets: { backup: { type: 'zfs_fs' } } } },
    };
    expect(flat(pool, null)).toEqual({
      'networking.hostId': '0a1b2c3d',
      'boot.zfs.extraPools': ['tank'],
      'boot.zfs.devNodes': '/dev/disk/by-partuuid',
    });
    expect(companionSettings(pool, { firmware: null, hostId: null }).map((item) => item.path.join('.'))).not.toContain(
      'networking.hostId',
    );
  });
  it('is what has to be there early where the root is in memory', () => {
    expect(flat(recipe('tmpfs-root'), null)).toEqual({ 'fileSystems./persist.neededForBoot': true });
    expect(flat(recipe('btrfs-impermanence'), null)).toEqual({ 'fileSystems./persist.neededForBoot': true });
  });
  it('is a key in the initrd, thin tools and the disks of an old table', () => {
    const luks = (keyFile: string): Layout => ({
      disk: {
        a: {
          type: 'disk',
          device: '/dev/sda',
          content: {
            type: 'table',
            format: 'msdos',
            partitions: [{ name: 'x', content: { type: 'luks', name: 'c', settings: { keyFile } } }],
          },
        },
      },
      lvm_vg: { p: { type: 'lvm_vg', lvs: { t: { size: '9G', lvm_type: 'thin-pool' } } } },
    });
    expect(flat(luks('/etc/keys/disk key'), 'bios')).toEqual({
      'boot.loader.grub.enable': true,
      'boot.loader.grub.devices': ['/dev/sda'],
      'boot.initrd.secrets./etc/keys/disk key': null,
      'services.lvm.boot.thin.enable': true,
    });
    expect(flat(luks('/dev/disk/by-id/usb-stick'), null)).toMatchObject({
      'boot.initrd.kernelModules': ['usb_storage', 'uas'],
    });
    expect(flat(luks('/tmp/secret.key'), null)).not.toHaveProperty('boot.initrd.secrets./tmp/secret.key');
  });
  it.each(recipes.flatMap(({ name }) => firmwares.map((firmware) => [name, firmware] as const)))(
    'is read back as it was written for %s on %s',
    (name, firmware) => {
      const count = Math.min(recipes.find((item) => item.name === name)?.maximumDisks ?? 1, 4);
      const wanted = settings(recipe(name, firmware, count), firmware);
      const text = formatCompanion(wanted, 'disko.nix');
      const reading = readCompanion(text);
      if (!reading.ok) throw new Error(reading.message);
      for (const { path, value } of wanted) expect(valueAt(reading.settings, path)).toEqual(value);
    },
  );
});

describe('the firmware that a layout was made for', () => {
  it.each(firmwares)('is told by its boot partitions: %s', (firmware) => {
    expect(guessFirmware(recipe('single-ext4', firmware))).toBe(firmware);
  });
  it('is not told by a disk of data', () => {
    expect(guessFirmware({})).toBeNull();
  });
});

describe('a companion file', () => {
  const uefi = settings(recipe('single-ext4'));
  const bios = settings(recipe('single-ext4', 'bios'), 'bios');
  const text = formatCompanion(uefi, 'disko.nix');

  it('reads as a person would write it', () => {
    expect(companionFileName('hosts/nas/disko.nix')).toBe('hosts/nas/disko-settings.nix');
    expect(text).toBe(`# What the layout in disko.nix needs of NixOS, and disko cannot say.
{
  # The machine starts by UEFI.
  boot.loader.systemd-boot.enable = true;
  boot.loader.efi.canTouchEfiVariables = true;
}
`);
  });
  it('follows the layout, there and back, byte for byte', () => {
    const changed = mergeCompanion(text, uefi, bios);
    expect(changed.kept).toEqual([]);
    expect(changed.text).not.toContain('systemd-boot');
    expect(changed.text).toContain('boot.loader.grub.enable = true;');
    expect(mergeCompanion(changed.text, bios, bios).text).toBe(changed.text);
  });
  it('keeps what a person wrote, and says where the layout wants it otherwise', () => {
    const own = `{ pkgs, ... }:
{
  # mine
  boot.loader.systemd-boot.enable = true; # as ever
  boot.kernelPackages = pkgs.linuxPackages_latest;
  networking.hostId = "11111111";
}
`;
    const zfs = settings(recipe('mirror-zfs', 'uefi', 2));
    const merged = mergeCompanion(own, [], zfs);
    for (const line of own.split('\n').filter((item) => item !== '{ pkgs, ... }:')) expect(merged.text).toContain(line);
    expect(merged.kept.map((item) => item.path.join('.'))).toContain('networking.hostId');
    // Two boot loaders at once are refused by NixOS, so that of the person stays alone.
    expect(merged.text).not.toContain('grub');
    expect(merged.kept.map((item) => item.path.join('.'))).toContain('boot.loader.grub.enable');
  });
  it('gets the arguments that a new value needs', () => {
    const mirror = settings(recipe('mirror-btrfs', 'bios', 2), 'bios');
    expect(mergeCompanion('{\n}\n', [], mirror).text).toMatch(/^\{ lib, \.\.\. \}:\n\{/);
    expect(mergeCompanion('{ pkgs, ... }:\n{\n}\n', [], mirror).text).toMatch(/^\{ lib, pkgs, \.\.\. \}:\n\{/);
  });
  it('that cannot be read is left alone', () => {
    expect(() => mergeCompanion('{ a = ; }', [], uefi)).toThrow('line 1');
    expect(() => mergeCompanion('[ ]', [], uefi)).toThrow('no NixOS module');
  });
  it('is imported by the layout, once', () => {
    const layout = formatLayout(recipe('single-ext4'));
    const imported = importCompanion(layout, 'disko-settings.nix');
    expect(imported).toContain('imports = [ ./disko-settings.nix ];');
    expect(importCompanion(imported, 'disko-settings.nix')).toBe(imported);
    expect(readLayout(imported)).toMatchObject({ ok: true, layout: recipe('single-ext4') });
    expect(() => importCompanion('{ disk = { }; }', 'x.nix')).toThrow('no NixOS module');
  });
});
