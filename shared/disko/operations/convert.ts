import { isList, isSet, type Layout, type LayoutPath, type LayoutValue } from '../layout.ts';
import { replace, setAt } from './edit.ts';
import { OperationError } from './operation-error.ts';

/** Options of a mount that every file system has, so that they outlive a change of the format. */
const commonOptions = new Set([
  'noatime',
  'relatime',
  'nodiratime',
  'nosuid',
  'nodev',
  'noexec',
  'ro',
  'nofail',
  'discard',
]);

/** ext4 (or another plain file system) to btrfs with a subvolume for its mountpoint. */
export function convertToBtrfs(layout: Layout, path: LayoutPath): Layout {
  const content = setAt(layout, path)['content'];
  if (!isSet(content) || content['type'] !== 'filesystem') {
    throw new OperationError('Only a file system can become btrfs.');
  }
  if (content['format'] === 'vfat') {
    throw new OperationError('A FAT file system is there for the firmware, which reads no btrfs.');
  }
  const { type: _type, format: _format, mountpoint, mountOptions, extraArgs, ...kept } = content;
  const extra = ['-f', ...labelArguments(extraArgs)];
  if (typeof mountpoint !== 'string') {
    return replace(layout, [...path, 'content'], { type: 'btrfs', extraArgs: extra, ...kept });
  }
  const name = mountpoint === '/' ? '@root' : `@${mountpoint.slice(1).replaceAll('/', '-')}`;
  const own = (isList(mountOptions) ? mountOptions : []).filter(
    (option) => typeof option === 'string' && commonOptions.has(option),
  );
  const times = own.some((option) => option === 'relatime' || option === 'noatime') ? [] : ['noatime'];
  return replace(layout, [...path, 'content'], {
    type: 'btrfs',
    extraArgs: extra,
    ...kept,
    subvolumes: { [name]: { mountpoint, mountOptions: ['compress=zstd', ...times, ...own] } },
  });
}

/** `-L name`, which mkfs.ext4, mkfs.xfs and mkfs.btrfs spell alike. */
function labelArguments(value: LayoutValue | undefined): string[] {
  if (!isList(value)) return [];
  const words = value.flatMap((item) => (typeof item === 'string' ? item.split(/\s+/) : []));
  const label = words[words.indexOf('-L') + 1];
  return words.includes('-L') && label !== undefined ? ['-L', label] : [];
}
