import { describe, expect, it } from 'vitest';
import { missingForBoots } from '../../build/checks/machine-needs.ts';
import { armBootGuard, endBootGuard, followBootGuard } from '../../electron/engine/deploy/reboot/boot-guard.ts';
import { readMachineFacts } from '../../electron/engine/deploy/machine-facts.ts';
import { labAvailability } from '../lab/availability.ts';
import { NixosMachine, type BootLoader, type Failure } from './boot/nixos-machine.ts';
import type { MachineFirmware } from '../lab/virtual-machine/firmware-machine.ts';

/**
 * The guard of the next boot, in a machine that real firmware starts by a real boot loader: OVMF with systemd-boot, OVMF
 * with GRUB on the EFI system partition, and SeaBIOS with GRUB on ext4. Every boot is a boot.
 */
const cases: readonly [BootLoader, MachineFirmware, Failure | null][] = [
  ['systemd-boot', 'uefi', 'panic'],
  ['grub', 'uefi', null],
  ['grub', 'bios', 'hang'],
];
const { signal } = new AbortController();
const timeoutMs = 1_800_000;

/** What stands in the way of a guard. */
interface Obstacle {
  readonly name: string;
  readonly put: string;
  readonly takeAway: string;
  readonly says: string;
}

/** To the last sector: what is written in larger pieces leaves less than one of them. */
const fill = {
  put: `for size in 1M 512; do
    dd if=/dev/zero of=/boot/filler bs=$size oflag=append conv=notrunc 2> /dev/null || sync
  done`,
  takeAway: 'rm /boot/filler',
};
/** /boot moves to the spare partition, with what is on it. */
const moved = (make: string, device: string, undo: string): Pick<Obstacle, 'put' | 'takeAway'> => ({
  put: `${make}
    mkdir -p /moved
    mount ${device} /moved
    cp -a /boot/. /moved
    umount /moved
    umount /boot
    mount ${device} /boot`,
  takeAway: `umount /boot\n${undo}\nmount /dev/disk/by-partlabel/boot /boot`,
});
const users = `printf 'set superusers="root"\\npassword root secret\\n' > /nix/var/nix/grub-users`;
const writeMenu = '/nix/var/nix/profiles/system/bin/switch-to-configuration boot';
const spare = '/dev/disk/by-partlabel/spare';

const obstacles: Readonly<Record<BootLoader, readonly Obstacle[]>> = {
  'systemd-boot': [
    {
      name: 'variables of the firmware that are read only',
      put: 'mount -o remount,ro /sys/firmware/efi/efivars',
      takeAway: 'mount -o remount,rw /sys/firmware/efi/efivars',
      says: 'the variables of its firmware cannot be written',
    },
    {
      name: 'an entry that somebody has chosen',
      put: 'bootctl set-default nixos-generation-1.conf',
      takeAway: "bootctl set-default ''",
      says: 'somebody has chosen which entry it starts',
    },
    { name: 'a full /boot', ...fill, says: 'its boot menu cannot be written' },
    {
      name: 'no EFI system partition',
      put: 'umount /boot',
      takeAway: 'mount /dev/disk/by-partlabel/boot /boot',
      says: 'neither systemd-boot nor GRUB has both systems',
    },
  ],
  grub: [
    { name: 'a full /boot', ...fill, says: 'its boot menu cannot be written' },
    {
      name: 'users of GRUB',
      put: `${users}\n${writeMenu}`,
      takeAway: 'rm /nix/var/nix/grub-users',
      says: 'GRUB asks for a password',
    },
    {
      name: 'btrfs',
      ...moved(`mkfs.btrfs -qf ${spare}`, spare, `wipefs -qa ${spare}`),
      says: 'GRUB cannot write to btrfs',
    },
    {
      name: 'LVM',
      ...moved(
        `pvcreate -qq -ff -y ${spare}; vgcreate -qq group ${spare}; lvcreate -qq -y -n boot -l 100%FREE group; mkfs.ext4 -q /dev/group/boot`,
        '/dev/group/boot',
        `vgremove -qq -ff -y group; pvremove -qq -ff -y ${spare}`,
      ),
      says: 'GRUB cannot write to RAID, LVM',
    },
    {
      name: 'RAID',
      ...moved(
        `mdadm --quiet --create /dev/md0 --run --force --level=1 --raid-devices=1 --metadata=1.2 ${spare}; mkfs.ext4 -q /dev/md0`,
        '/dev/md0',
        `mdadm --quiet --stop /dev/md0; wipefs -qa ${spare}`,
      ),
      says: 'GRUB cannot write to RAID, LVM',
    },
  ],
};

/** Says which system is started by default; nothing where there is no boot loader. */
const defaults: Readonly<Record<BootLoader, string>> = {
  'systemd-boot': `entry=$(sed -n 's/^default //p' /boot/loader/loader.conf 2> /dev/null) || exit 0
    sed -n 's|^options init=\\([^ ]*\\)/init .*|\\1|p' "/boot/loader/entries/$entry"`,
  grub: "sed -n 's|.* init=\\([^ ]*\\)/init .*|\\1|p' /boot/grub/grub.cfg | head -n 1",
};

const missing = missingForBoots();
const availability = missing === null ? await labAvailability() : ({ available: false, reason: missing } as const);
const title = 'the next boot of a machine';

describe.skipIf(!availability.available)(
  availability.available ? title : `${title}, skipped: ${availability.reason}`,
  () => {
    it.concurrent.each(cases)('is guarded with %s (%s)', { timeout: timeoutMs }, async (loader, firmware, fails) => {
      await using machine = await NixosMachine.make(loader, firmware);
      const facts = () => readMachineFacts(machine.session, signal);
      const arm = (system: string) => armBootGuard(machine.session, [], system, signal);
      const { bootedSystem: first } = await facts();
      if (first === null) throw new Error('It has booted nothing');

      // It starts it once, and nobody confirms it.
      const second = await machine.deploy(2);
      expect(await arm(second)).toBeNull();
      expect((await facts()).pendingBoot).toBe('waiting');
      expect(await machine.restart()).toBe(second);
      expect((await facts()).pendingBoot).toBe('up');
      expect(await machine.restart()).toBe(first);
      expect((await facts()).pendingBoot).toBe('went-back');
      await followBootGuard(machine.session, [], first, signal);
      expect(await facts()).toMatchObject({ profileSystem: first, generation: 1 });

      // The power fails as soon as it is guarded, and as soon as it is confirmed.
      await machine.deploy(2);
      expect(await arm(second)).toBeNull();
      await machine.cut();
      expect(await machine.switchOn()).toBe(second);
      expect(await endBootGuard(machine.session, [], second, signal)).toBeNull();
      await machine.cut();
      expect(await machine.switchOn()).toBe(second);
      expect((await facts()).pendingBoot).toBeUndefined();

      // A kernel that panics comes back by itself; one that hangs once somebody switches it off and on.
      if (fails !== null) {
        const third = await machine.deploy(3, fails);
        expect(await arm(third)).toBeNull();
        if (fails === 'panic') expect(await machine.restart()).toBe(second);
        else {
          expect(await machine.restart()).toBe('hangs');
          await machine.cut();
          expect(await machine.switchOn()).toBe(second);
        }
        expect(machine.console).toContain(`boots ${third}`);
        expect((await facts()).pendingBoot).toBe('went-back');
        await followBootGuard(machine.session, [], second, signal);
      }

      // Where it cannot be tried, what was deployed is the default, and nothing is left that says otherwise.
      const fourth = await machine.deploy(4);
      for (const { name, put, takeAway, says } of obstacles[loader]) {
        await machine.must(put);
        expect((await arm(fourth)) ?? 'guarded', name).toContain(says);
        expect(['', fourth], name).toContain(await machine.must(defaults[loader]));
        expect((await facts()).pendingBoot, name).toBeUndefined();
        await machine.must(takeAway);
        await machine.must(writeMenu);
      }

      if (loader !== 'grub' || firmware !== 'uefi') return;
      // GRUB with users would wait for one of them before what it is to try.
      await machine.must(`${users}\n${writeMenu}`);
      await machine.must(
        "grub-editenv /boot/grub/grubenv set 'next_entry=NixOS - All configurations>NixOS - Configuration 1 (2026-01-01 - 26.05)'",
      );
      machine.leave();
      await machine.saying('Enter username');
    });
  },
);
