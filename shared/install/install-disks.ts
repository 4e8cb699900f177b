import type { InstallDisk } from '../contract/install.ts';
import type { MachineReport } from '../contract/machine.ts';
import { everythingOn, type ProbedDisk, type ProbedVolume } from '../disko/probed-disk.ts';

/** A disk as a layout names it. */
export interface LayoutDisk {
  readonly name: string;
  readonly device: string;
  /** False: `destroy = false`, a disk that is never erased. */
  readonly isErased: boolean;
}

/**
 * What stands for a disk when a person confirms that it may be erased: what is printed on it where that is known. Null:
 * nothing tells it from another one.
 */
export function diskIdentity(disk: Pick<ProbedDisk, 'serial' | 'wwn' | 'byId'>): string | null {
  return disk.serial ?? disk.wwn ?? disk.byId[0]?.replace(/^.*\//, '') ?? null;
}

/**
 * The disks of a layout beside those of the machine.
 * @param resolved what the machine's `readlink -f` made of the devices, for names that the probe does not list
 */
export function installDisks(
  layout: readonly LayoutDisk[],
  report: Pick<MachineReport, 'disks'>,
  resolved: ReadonlyMap<string, string> = new Map(),
): InstallDisk[] {
  return layout.map(({ name, device, isErased }) => {
    const disk = findDisk(device, report.disks, resolved.get(device));
    const volumes = disk ? everythingOn(disk) : [];
    const mountpoints = [...(disk?.mountpoints ?? []), ...volumes.flatMap((volume) => volume.mountpoints)];
    const contents = disk ? contentsOf(disk, volumes) : [];
    return {
      name,
      device,
      isErased: isErased && disk !== undefined,
      identity: disk ? diskIdentity(disk) : null,
      path: disk?.path ?? null,
      model: disk?.model ?? null,
      serial: disk?.serial ?? null,
      sizeBytes: disk?.sizeBytes ?? null,
      contents,
      mountpoints: [...new Set(mountpoints)],
      hasData: contents.length > 0,
    };
  });
}

/**
 * The disk that a device names.
 * @param real what the machine made of the name, where it was asked
 */
export function findDisk(device: string, disks: readonly ProbedDisk[], real?: string): ProbedDisk | undefined {
  const byName = disks.find((disk) => disk.path === device || disk.byId.includes(device));
  return real === undefined ? byName : disks.find((disk) => disk.path === real);
}

/** A line for each thing that looks like data; empty for a blank disk, also one with an empty partition table. */
function contentsOf(disk: ProbedDisk, volumes: readonly ProbedVolume[]): string[] {
  const holders = [disk, ...volumes.filter(({ content }) => content !== null && !isContainer(content))];
  return [...new Set(holders.flatMap((one) => describe(one)))];
}

/** What is in it is told by what it holds. */
const isContainer = (content: string): boolean => content === 'LVM2_member' || content === 'linux_raid_member';

function describe(one: ProbedDisk | ProbedVolume): string[] {
  if (one.content === null) return [];
  const partition = 'partition' in one ? one.partition?.label : null;
  const name = one.label ?? partition ?? one.path;
  const used = one.usedBytes === null ? '' : `, ${decimalSize(one.usedBytes)} used`;
  const mounted = one.mountpoints.length === 0 ? '' : `, in use at ${one.mountpoints.join(', ')}`;
  return [`${name} (${one.content})${used}${mounted}`];
}

/** A disk as a person tells it from others: `Samsung SSD 870 EVO 500GB`, `ST4000VN008 4.0 TB`; its size once. */
export function diskTitle({ model, sizeBytes }: Pick<InstallDisk, 'model' | 'sizeBytes'>): string {
  const name = model ?? 'Unknown model';
  return sizeBytes === null || saysSize(name, sizeBytes) ? name : `${name} ${decimalSize(sizeBytes)}`;
}

/** Whether a model's name has the size in it, as makers write it: `500GB`, `2 TB`, `240G`. */
export function saysSize(name: string, sizeBytes: number): boolean {
  return [...name.matchAll(/(\d+(?:\.\d+)?) ?([GT])B?(?![a-z])/gi)].some(([, count, unit]) => {
    const said = Number(count) * (unit?.toUpperCase() === 'T' ? 1e12 : 1e9);
    return Math.abs(said - sizeBytes) <= 0.03 * sizeBytes;
  });
}

/** As makers of disks count: `210 GB`. */
export function decimalSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return `${value >= 100 || step === 0 ? Math.round(value) : value.toFixed(1)} ${units[step] ?? 'B'}`;
}
