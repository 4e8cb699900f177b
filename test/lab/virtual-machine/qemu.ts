import { truncateSync, writeFileSync } from 'node:fs';

/**
 * An emulated processor (TCG), which is there wherever QEMU is, and needs no rights. QEMU 7.2's `cmpxchg16b` breaks kernels
 * from 6.12 on, so the guest is not shown that it has one.
 */
export const processor = ['-cpu', 'max,cx16=off', '-smp', '1'] as const;

/** Holes: what is not written takes no room. */
export function writeBlank(file: string, bytes: number): void {
  writeFileSync(file, '');
  truncateSync(file, bytes);
}

/** Arguments for a disk; the machine finds it at `/dev/disk/by-id/virtio-SERIAL`. `more` is for the file, and for the device. */
export function drive(serial: string, file: string, more: { file?: string; device?: string } = {}): string[] {
  const options = (...parts: (string | undefined)[]): string => parts.filter((part) => part !== undefined).join(',');
  return [
    ...['-drive', options('if=none', `id=${serial}`, 'format=raw', `file=${file}`, more.file)],
    ...['-device', options('virtio-blk-pci', `drive=${serial}`, `serial=${serial}`, more.device)],
  ];
}
