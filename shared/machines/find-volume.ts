import { partitionLabel, partitionNumber } from '../disko/device-path.ts';
import { isSet } from '../disko/layout.ts';
import type { ProbedVolume } from '../disko/probed-disk.ts';
import { text, type Item } from '../disko/walk.ts';

/** The partition that an item is: by its label or its UUID, else by its number where that one has no other's name. */
export function partitionOf(item: Item, there: readonly ProbedVolume[]): ProbedVolume | undefined {
  const uuid = text(item, 'uuid')?.toLowerCase();
  const label = partitionLabel(item);
  const siblings = item.parent?.value['partitions'];
  const labels = isSet(siblings)
    ? Object.entries(siblings).flatMap(([name, value]) =>
        isSet(value) ? [partitionLabel({ path: [], type: 'gpt_partition', value, name, parent: item.parent })] : [],
      )
    : [];
  return (
    there.find(({ partition }) => uuid !== undefined && partition?.uuid?.toLowerCase() === uuid) ??
    there.find(({ partition }) => label !== null && partition?.label === label) ??
    there.find(
      ({ partition }) => partition?.number === partitionNumber(item) && !labels.includes(partition.label ?? null),
    )
  );
}

/** `root` of `/dev/mapper/pool-root` and of `/dev/pool/root`, in the group `pool`; a `-` in a name is doubled there. */
export function volumeName(path: string, group: string): string | null {
  const doubled = `/dev/mapper/${group.replaceAll('-', '--')}-`;
  if (path.startsWith(doubled)) return path.slice(doubled.length).replaceAll('--', '-');
  return path.startsWith(`/dev/${group}/`) ? path.slice(group.length + 6) : null;
}
