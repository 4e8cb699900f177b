import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { startFirstProcess, type FirstProcess } from './first-process.ts';
import type { NetworkSwitch } from './network-switch.ts';
import { mustRun } from './run-command.ts';

/** A disk of a lab host. */
export interface DiskOptions {
  /** In the words of truncate(1): `1G`. It is sparse: what is never written takes no place. */
  size: string;
  serial?: string;
  model?: string;
}

/** What a firmware finds in the first bytes of a disk, where a real one finds a boot loader: the number of the root partition. */
const bootRecord = /^LABBOOT (\d+)\n/;
const bootRecordBytes = 440;

/**
 * A disk of one host: a file, seen through a loop device of this computer that vanishes with the process, and known to
 * the host as /dev/vda and so on.
 */
export class LabDisk implements AsyncDisposable {
  /** As the host calls it: `vda`. */
  readonly name: string;
  readonly serial: string;
  readonly model: string;
  readonly #holder: FirstProcess;
  readonly #device: string;
  readonly #numbers: string;
  readonly #switch: NetworkSwitch;

  private constructor(parts: {
    name: string;
    serial: string;
    model: string;
    holder: FirstProcess;
    device: string;
    numbers: string;
    networkSwitch: NetworkSwitch;
  }) {
    this.name = parts.name;
    this.serial = parts.serial;
    this.model = parts.model;
    this.#holder = parts.holder;
    this.#device = parts.device;
    this.#numbers = parts.numbers;
    this.#switch = parts.networkSwitch;
  }

  /** Makes the `index`-th disk of a host in its folder, which must be there in the switch's mount namespace. */
  static async create(
    folder: string,
    index: number,
    options: DiskOptions,
    networkSwitch: NetworkSwitch,
  ): Promise<LabDisk> {
    const name = `vd${String.fromCharCode('a'.charCodeAt(0) + index)}`;
    // Freed as soon as nobody has it open: neither the holder, which dies with us, nor a mount.
    const script = `truncate -s "$1" "$2" && device=$(losetup --find --show "$2") && exec 3<"$device" &&
      losetup --detach "$device" && { partx --delete "$device" 2>/dev/null || :; } && echo "device $device $(cat /sys/class/block/\${device#/dev/}/dev)" && exec cat`;
    const holder = startFirstProcess([
      ...networkSwitch.inside('mount'),
      ...['sh', '-c', script, 'sh', options.size, join(folder, `${name}.img`)],
    ]);
    const [device = '', numbers = ''] = (await holder.said('device')).split(' ');
    const { serial = `LAB-${randomUUID().slice(0, 8).toUpperCase()}`, model = 'Lab disk' } = options;
    return new LabDisk({ name, serial, model, holder, device, numbers, networkSwitch });
  }

  /** The word for enter-root.sh. */
  get part(): string {
    return `disk:${this.name}:${this.#numbers}:${this.serial}:${this.model}`;
  }

  /** The root of the system that the disk boots, as a word for enter-root.sh; null: it boots nothing. */
  async bootRoot(): Promise<string | null> {
    const script = `partx --update "$1" 2>/dev/null || :
      dd if="$1" bs=${bootRecordBytes} count=1 2>/dev/null | tr '\\0' '\\n'`;
    const number = bootRecord.exec(await this.#run(script))?.[1];
    if (number === undefined) return null;
    const file = '/sys/class/block/${1#/dev/}/${1#/dev/}p$2/dev';
    const numbers = (await this.#run(`cat "${file}" 2>/dev/null || :`, number)).trim();
    return numbers === '' ? null : `disk:${this.name}${number}:${numbers}`;
  }

  /**
   * Puts a system on the disk as if it had been installed there long ago: one root partition with these trees in it.
   * @param tools a Debian tree with the programs that partition
   */
  async install(tools: string, trees: readonly string[]): Promise<void> {
    const script = `
      disk=$1 tools=$2
      shift 2
      mount --rbind /dev "$tools/dev"
      in_tree() { chroot "$tools" /usr/bin/env PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
      in_tree sgdisk --new=1:0:+1M --typecode=1:EF02 --change-name=1:boot --new=2:0:0 --change-name=2:system "$disk" >/dev/null
      partx --update "$disk"
      in_tree mkfs.ext4 -q -L system "\${disk}p2"
      root=$(mktemp -d)
      mount "\${disk}p2" "$root"
      for tree in "$@"; do cp -a "$tree/." "$root/"; done
      umount "$root"
      rmdir "$root"
      printf 'LABBOOT 2\\n' | dd of="$disk" conv=notrunc 2>/dev/null`;
    const argv = [
      'unshare',
      '--mount',
      '--propagation',
      'private',
      'sh',
      '-ec',
      script,
      'sh',
      this.#device,
      tools,
      ...trees,
    ];
    await mustRun([...this.#switch.inside('mount'), ...argv]);
  }

  async #run(script: string, ...words: string[]): Promise<string> {
    return mustRun([...this.#switch.inside('mount'), 'sh', '-c', script, 'sh', this.#device, ...words]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#holder.child.kill('SIGKILL');
    await this.#holder.ended;
  }
}
