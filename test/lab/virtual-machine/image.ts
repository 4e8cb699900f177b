import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, keyOf } from '../cache-folder.ts';
import { prepareRootfs, rootfsPath } from '../rootfs.ts';
import { mustRun } from '../run-command.ts';

/** What a machine that boots needs beside the programs of the lab's containers. */
const packages = [
  ...['udev', 'kmod', 'busybox-static', 'thin-provisioning-tools', 'xz-utils'],
  ...['ovmf', 'systemd-boot-tools', 'systemd-boot-efi', 'grub2-common', 'grub-efi-amd64-bin', 'grub-pc-bin'],
];
const scripts = ['make-image.sh', 'initramfs.sh', 'guest.sh'].map((name) => join(import.meta.dirname, name));

/** What a virtual machine starts from, as paths of files. */
export interface MachineImage {
  readonly kernel: string;
  readonly initramfs: string;
  readonly root: string;
  /** OVMF, and the variables of a machine that was never switched on. */
  readonly firmware: string;
  readonly variables: string;
}

/**
 * Debian's kernel with the lab's Debian tree; made on first use (twenty seconds, 700 MB), else found.
 * @throws Error with what apt-get or mke2fs said
 */
export async function prepareMachineImage(): Promise<MachineImage> {
  await prepareRootfs();
  const texts = scripts.map((file) => readFileSync(file, 'utf8'));
  const folder = join(cacheFolder(), `machine-${keyOf(rootfsPath(), ...packages, ...texts)}`);
  if (!existsSync(folder)) {
    const script = join(import.meta.dirname, 'make-image.sh');
    await mustRun(['sh', script, rootfsPath(), folder, import.meta.dirname, ...packages], { timeoutMs: 280_000 });
  }
  return {
    kernel: join(folder, 'kernel'),
    initramfs: join(folder, 'initramfs'),
    root: join(folder, 'root.ext4'),
    firmware: join(folder, 'firmware'),
    variables: join(folder, 'variables'),
  };
}
