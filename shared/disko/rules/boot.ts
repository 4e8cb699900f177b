import { NixExpression } from '../../nix/value.ts';
import { isSet, type LayoutValue } from '../layout.ts';
import { sizeBytes } from '../size.ts';
import { ancestor, text, type Item } from '../walk.ts';
import { change, groupBy, joined, type Finding, type Inspection, type Rule } from './finding.ts';
import { mounted, mountpointOf } from './mounts.ts';

const isEsp = (item: Item): boolean =>
  /^ef00$/i.test(text(item, 'type') ?? '') || /^c12a7328-f81f-11d2-ba4b-00a0c93ec93b$/i.test(text(item, 'type') ?? '');

function isOneOf(value: LayoutValue | undefined, words: readonly string[]): boolean {
  return typeof value === 'string' && words.includes(value);
}

export const bootPartitions: Rule = function* (inspection) {
  const partitions = inspection.of('gpt_partition');
  for (const item of partitions) {
    const type = text(item, 'type');
    if (type !== null && (/^ef02$/i.test(type) || /^21686148-6449-6e6f-744e-656564454649$/i.test(type))) {
      if (type !== 'EF02') {
        yield {
          code: 'bios-boot-case',
          severity: 'error',
          path: [...item.path, 'type'],
          message: `Write the type EF02 just so: '${type}' keeps disko from telling GRUB about ${item.name}.`,
          fix: change('Write EF02', [...item.path, 'type'], 'EF02'),
        };
      }
      if (isSet(item.value['content'])) {
        yield {
          code: 'bios-boot-content',
          severity: 'error',
          path: [...item.path, 'type'],
          message: `EF02 is for the 1M BIOS boot partition; formatting ${item.name} breaks GRUB.`,
          fix: change('Use the ordinary type', [...item.path, 'type'], undefined),
        };
      }
    }
    const content = item.value['content'];
    const isBootFat =
      isSet(content) &&
      content['type'] === 'filesystem' &&
      content['format'] === 'vfat' &&
      isOneOf(content['mountpoint'], ['/boot', '/efi', '/boot/efi']);
    if (
      isEsp(item) &&
      isSet(content) &&
      content['type'] === 'filesystem' &&
      typeof content['format'] === 'string' &&
      content['format'] !== 'vfat'
    ) {
      yield {
        code: 'esp-format',
        severity: 'error',
        path: [...item.path, 'content', 'format'],
        message: `The EFI system partition ${item.name} must be vfat, or the firmware cannot read it.`,
        fix: change('Make it vfat', [...item.path, 'content', 'format'], 'vfat'),
      };
    }
    if (
      isBootFat &&
      !isEsp(item) &&
      item.value['hybrid'] === undefined &&
      !(item.value['type'] instanceof NixExpression) &&
      inspection.surroundings.firmware !== 'rpi' &&
      !partitions.some((other) => /^ef02$/i.test(text(other, 'type') ?? ''))
    ) {
      yield {
        code: 'esp-type',
        severity:
          inspection.surroundings.firmware === 'uefi' || inspection.surroundings.firmware === 'both' ? 'error' : 'hint',
        path: [...item.path, 'type'],
        message: `${item.name} looks like the EFI system partition, but its type is not EF00: the firmware will not find it.`,
        fix: change('Set the type EF00', [...item.path, 'type'], 'EF00'),
      };
    }
    const size = sizeBytes(text(item, 'size') ?? '');
    if (isEsp(item) && size !== null && size < 256 * 1024 ** 2) {
      yield {
        code: 'esp-small',
        severity: 'hint',
        path: [...item.path, 'size'],
        message: `${item.name} has ${text(item, 'size') ?? ''}. Every generation puts a kernel there: 512M to 1G keep it from filling up.`,
        fix: change('Make it 1G', [...item.path, 'size'], '1G'),
      };
    }
  }
  if (!inspection.hasComputedItems) yield* canBoot(inspection);
};

function* canBoot(inspection: Inspection): Iterable<Finding> {
  const { firmware } = inspection.surroundings;
  const disks = inspection.of('disk');
  if (disks.length === 0) return;
  const partitions = inspection.of('gpt_partition');
  const legacy = inspection.of('table');
  const hasEsp =
    partitions.some((item) => isEsp(item)) ||
    inspection
      .of('table_partition')
      .some(
        (item) =>
          item.value['bootable'] === true ||
          item.value['fs-type'] === 'fat32' ||
          (isSet(item.value['content']) && item.value['content']['format'] === 'vfat'),
      );
  const hasBiosBoot =
    partitions.some((item) => text(item, 'type') === 'EF02') ||
    legacy.some((item) => item.value['format'] === 'msdos') ||
    inspection.of('table_partition').some((item) => JSON.stringify(item.value['flags'] ?? '').includes('bios_grub'));
  const root = mounted(inspection).find((item) => mountpointOf(item) === '/');
  const table = inspection.of('gpt')[0];
  const place = (table ?? legacy[0])?.path ?? [];
  const needsUefi = firmware === 'uefi' || firmware === 'both';
  const needsBios = firmware === 'bios' || firmware === 'both';
  if (needsUefi && !hasEsp) {
    yield {
      code: 'no-esp',
      severity: 'error',
      path: place,
      message:
        'This layout has no EFI system partition, so a UEFI machine cannot boot it. Add one (1G at /boot), or mark the machine as BIOS.',
      ...(table
        ? {
            fix: change('Add an EFI system partition', [...table.path, 'partitions', 'ESP'], {
              size: '1G',
              type: 'EF00',
              content: { type: 'filesystem', format: 'vfat', mountpoint: '/boot', mountOptions: ['umask=0077'] },
            }),
          }
        : {}),
    };
  }
  if (needsBios && !hasBiosBoot) {
    yield {
      code: 'no-bios-boot',
      severity: 'error',
      path: place,
      message: 'This layout has no BIOS boot partition (EF02, 1M), so GRUB cannot start from it. Add one.',
      ...(table
        ? {
            fix: change('Add a BIOS boot partition', [...table.path, 'partitions', 'boot'], {
              size: '1M',
              type: 'EF02',
            }),
          }
        : {}),
    };
  }
  if (firmware === 'rpi') {
    const hasFat = inspection.of('filesystem').some((item) => item.value['format'] === 'vfat');
    if (!hasFat) {
      yield {
        code: 'no-firmware-partition',
        severity: 'error',
        path: place,
        message:
          'A Raspberry Pi starts from a FAT partition with its firmware. Add one of at least 512M at /boot or /boot/firmware.',
      };
    }
  }
  if (firmware === null && root && !hasEsp && !hasBiosBoot) {
    yield {
      code: 'no-boot-partition',
      severity: 'hint',
      path: place,
      message:
        'This layout has neither an EFI system partition nor a BIOS boot partition; it boots only where something else loads it.',
    };
  }
  if (firmware !== null && !root) {
    yield {
      code: 'no-root',
      severity: 'error',
      path: [],
      message: 'Nothing is mounted at /. NixOS needs a root file system.',
    };
  }
  yield* bootReadable(inspection);
}

/** /boot inside something that the firmware and systemd-boot cannot open. */
function* bootReadable(inspection: Inspection): Iterable<Finding> {
  const { firmware } = inspection.surroundings;
  if (firmware !== 'uefi' && firmware !== 'both') return;
  const boot = mounted(inspection).find((item) => ['/boot', '/efi', '/boot/efi'].includes(mountpointOf(item) ?? ''));
  if (!boot) {
    if (inspection.of('gpt_partition').some(isEsp)) {
      yield {
        code: 'esp-unmounted',
        severity: 'warning',
        path: inspection.of('gpt_partition').find(isEsp)?.path ?? [],
        message:
          'The EFI system partition is mounted nowhere, so NixOS cannot write the boot loader to it. Mount it at /boot.',
      };
    }
    return;
  }
  if (ancestor(boot, 'luks')) {
    yield {
      code: 'boot-encrypted',
      severity: 'warning',
      path: boot.path,
      message: `${mountpointOf(boot) ?? ''} is encrypted: systemd-boot cannot read it. GRUB can, with enableCryptodisk and LUKS1.`,
    };
  }
}

export const encryption: Rule = function* (inspection) {
  for (const [name, same] of groupBy(inspection.of('luks'), (item) => text(item, 'name'))) {
    if (same.length > 1) {
      yield {
        code: 'luks-name-twice',
        severity: 'error',
        path: [...(same[1]?.path ?? []), 'name'],
        message: `${joined(same.map((item) => item.parent?.name ?? item.name))} are both opened as ${name}. Give each encrypted container a name that nothing else on this machine has.`,
      };
    }
  }
  for (const item of inspection.of('luks')) {
    const { settings } = item.value;
    const keyFile = isSet(settings) ? settings['keyFile'] : undefined;
    const name = text(item, 'name');
    if (name?.includes('/')) {
      yield {
        code: 'luks-name-slash',
        severity: 'error',
        path: [...item.path, 'name'],
        message: `The name of an encrypted container cannot hold a slash: ${name}.`,
      };
    }
    if (keyFile !== undefined && item.value['passwordFile'] !== undefined && item.value['passwordFile'] !== null) {
      yield {
        code: 'luks-two-keys',
        severity: 'warning',
        path: [...item.path, 'passwordFile'],
        message:
          'Both a password file and a key file are set. disko uses the key file alone; the password would not open the disk.',
        fix: change('Remove the password file', [...item.path, 'passwordFile'], undefined),
      };
    }
    if (typeof item.value['keyFile'] === 'string') {
      yield {
        code: 'luks-old-key',
        severity: 'warning',
        path: [...item.path, 'keyFile'],
        message: `'keyFile' is the old spelling; write settings.keyFile (used at install and boot) or passwordFile (used at install only).`,
      };
    }
    const isNeededAtBoot = item.value['initrdUnlock'] !== false;
    if (typeof keyFile === 'string' && keyFile.startsWith('/tmp/') && isNeededAtBoot) {
      yield {
        code: 'luks-key-in-tmp',
        severity: 'hint',
        path: [...item.path, 'settings', 'keyFile'],
        message: `${keyFile} is there while installing, but not at boot: the machine will wait for a key. Use passwordFile for a passphrase that is asked for at boot, or a key that the initrd has.`,
        fix: {
          title: 'Ask for the passphrase at boot',
          changes: [
            { path: [...item.path, 'settings', 'keyFile'], value: undefined },
            { path: [...item.path, 'passwordFile'], value: keyFile },
          ],
        },
      };
    }
    if (isSet(item.value['content']) && isOneOf(item.value['content']['type'], ['gpt', 'table'])) {
      yield {
        code: 'luks-table',
        severity: 'warning',
        path: [...item.path, 'content'],
        message: `A partition table inside an encrypted container gets no dependable names. Use LVM or btrfs subvolumes in ${name ?? item.name}.`,
      };
    }
  }
};

export const swap: Rule = function* (inspection) {
  const swaps = inspection.of('swap');
  const resuming = swaps.filter((item) => item.value['resumeDevice'] === true);
  if (resuming.length > 1) {
    yield {
      code: 'two-resume-devices',
      severity: 'error',
      path: [...(resuming[1]?.path ?? []), 'resumeDevice'],
      message: 'Two swaps are meant to wake the machine from hibernation. NixOS takes one.',
      fix: change('Keep the first', [...(resuming[1]?.path ?? []), 'resumeDevice'], undefined),
    };
  }
  for (const item of swaps) {
    if (item.value['randomEncryption'] === true && item.value['resumeDevice'] === true) {
      yield {
        code: 'swap-random-resume',
        severity: 'warning',
        path: [...item.path, 'randomEncryption'],
        message: 'A random key is lost at power-off; hibernation cannot wake up.',
        fix: change('Use the swap without a random key', [...item.path, 'randomEncryption'], undefined),
      };
    }
    const priority = item.value['priority'];
    if (typeof priority === 'number' && (priority < -1 || priority > 32767)) {
      yield {
        code: 'swap-priority',
        severity: 'error',
        path: [...item.path, 'priority'],
        message: 'The priority of a swap goes from 0 to 32767.',
      };
    }
    const size = sizeBytes(text(item.parent ?? item, 'size') ?? '');
    const { memoryBytes } = inspection.surroundings;
    if (item.value['resumeDevice'] === true && size !== null && memoryBytes !== undefined && size < memoryBytes) {
      const wanted = `${Math.ceil(memoryBytes / 1024 ** 3) + 2}G`;
      yield {
        code: 'swap-smaller-than-memory',
        severity: 'hint',
        path: [...(item.parent ?? item).path, 'size'],
        message: `Swap is smaller than the ${Math.round(memoryBytes / 1024 ** 3)} GB of memory: hibernation will not work.`,
        fix: change(`Make it ${wanted}`, [...(item.parent ?? item).path, 'size'], wanted),
      };
    }
  }
};
