import { formatSize, sizeBytes } from '../size.ts';
import { orderedPartitions, text, type Item } from '../walk.ts';
import { change, joined, type Finding, type Rule } from './finding.ts';

const isWholeRest = (item: Item): boolean => item.value['end'] === undefined && item.value['size'] === '100%';

/** True where a partition ends at, or counts from, the end of the disk. */
function isOpenEnded(item: Item): boolean {
  const end = text(item, 'end');
  return end === null ? isWholeRest(item) : end === '-0' || end === '100%';
}

export const sizes: Rule = function* (inspection) {
  for (const table of inspection.of('gpt')) {
    const partitions = orderedPartitions(inspection.childrenOf(table, 'gpt_partition'));
    for (const item of partitions) yield* oneSize(item);
    const open = partitions.filter(isOpenEnded);
    if (open.length > 1) {
      yield {
        code: 'two-rests',
        severity: 'error',
        path: [...(open[1]?.path ?? table.path), 'size'],
        message: `${joined(open.map((item) => item.name))} ${open.length === 2 ? 'both want' : 'all want'} the rest of ${table.name}. Only one can. Give ${open.length === 2 ? 'one of them' : 'the others'} a size.`,
      };
    }
    const [rest] = open;
    const behind = rest ? partitions.slice(partitions.indexOf(rest) + 1).filter((item) => !isOpenEnded(item)) : [];
    if (rest && behind.length > 0 && !behind.every((item) => item.value['start'] !== undefined)) {
      yield {
        code: 'rest-not-last',
        severity: 'error',
        path: rest.path,
        message: `${rest.name} takes the rest of ${table.name}, but ${joined(behind.map((item) => item.name))} ${behind.length === 1 ? 'is' : 'are'} made after it and would get nothing.`,
        ...(rest.value['priority'] !== undefined
          ? { fix: change(`Make ${rest.name} last`, [...rest.path, 'priority'], undefined) }
          : {}),
      };
    }
  }
};

const isPlace = (place: string): boolean => /^[+-]?[0-9]+[KMGTPs]?$/.test(place);
/** sgdisk reads digits and one letter, and passes over what follows: `512MiB` is 512M, `0%` is 0. */
const isLoosePlace = (place: string): boolean => /^([+-]?[0-9]+[KMGTP]i?B|0+%)$/i.test(place) && !isPlace(place);

function loosePlace(item: Item, option: 'start' | 'end', place: string): Finding {
  const meant = place.replace(/i?B$|%$/i, '').toUpperCase();
  return {
    code: `${option}-loose`,
    severity: 'hint',
    path: [...item.path, option],
    message: `sgdisk reads the ${option} '${place}' of ${item.name} as ${meant}; write that.`,
    fix: change(`Write ${meant}`, [...item.path, option], meant),
  };
}

/** Ends that leave less room than what comes after them needs, and starts inside the partition before. */
export const overlaps: Rule = function* (inspection) {
  for (const table of inspection.of('gpt')) {
    const partitions = orderedPartitions(inspection.childrenOf(table, 'gpt_partition'));
    for (const [index, item] of partitions.entries()) {
      const before = partitions[index - 1];
      const start = placeBytes(text(item, 'start'));
      const end = before ? placeBytes(text(before, 'end')) : null;
      if (before && start !== null && start > 0 && end !== null && end >= start) {
        yield {
          code: 'start-overlap',
          severity: 'error',
          path: [...item.path, 'start'],
          message: `${item.name} starts at ${text(item, 'start') ?? ''}, where ${before.name} still is: an end belongs to the partition. Leave the start out, and it begins behind it.`,
          fix: change('Leave the start out', [...item.path, 'start'], undefined),
        };
      }
      const reserve = /^-([1-9][0-9]*[KMGTP]?)$/.exec(text(item, 'end') ?? '')?.[1];
      const room = reserve === undefined ? null : sizeBytes(reserve);
      if (room === null) continue;
      const behind = partitions.slice(index + 1).filter((other) => other.value['start'] === undefined);
      const needed = behind.reduce((sum, other) => sum + (sizeBytes(text(other, 'size') ?? '') ?? 0), 0);
      if (needed > room) {
        yield {
          code: 'end-too-little-left',
          severity: 'error',
          path: [...item.path, 'end'],
          message: `${item.name} leaves ${reserve ?? ''} at the end of ${table.name}, but ${joined(behind.map((other) => other.name))} after it ${behind.length === 1 ? 'needs' : 'need'} ${formatSize(needed)}.`,
          fix: change(`Leave ${formatSize(needed)}`, [...item.path, 'end'], `-${formatSize(needed)}`),
        };
      }
    }
  }
};

/** Bytes from the beginning of the disk of a place that says so; null for others. */
function placeBytes(place: string | null): number | null {
  return place === null ? null : sizeBytes(place);
}

function* oneSize(item: Item): Iterable<Finding> {
  const { size, end, start } = item.value;
  if (size === undefined && end === undefined) {
    yield {
      code: 'size-missing',
      severity: 'error',
      path: item.path,
      message: `${item.name} has no size. disko would make it one sector. Give a size or 'rest of disk'.`,
      fix: change('Take the rest of the disk', [...item.path, 'size'], '100%'),
    };
  }
  if (typeof size === 'string' && sizeBytes(size) === 0 && end === undefined) {
    yield {
      code: 'size-zero',
      severity: 'error',
      path: [...item.path, 'size'],
      message: `${item.name} has the size 0. Give it a size such as 20G, or 100% for the rest of the disk.`,
    };
  }
  if (typeof size === 'string' && end !== undefined) {
    yield {
      code: 'size-and-end',
      severity: 'hint',
      path: [...item.path, 'size'],
      message: `${item.name} has a size and an end. disko goes by the end; the size says nothing.`,
      fix: change('Remove the size', [...item.path, 'size'], undefined),
    };
  }
  if (typeof end === 'string' && isLoosePlace(end)) yield loosePlace(item, 'end', end);
  else if (typeof end === 'string' && !isPlace(end)) {
    yield {
      code: end.endsWith('%') ? 'end-percent' : 'end-format',
      severity: 'error',
      path: [...item.path, 'end'],
      message:
        end === '100%'
          ? `'100%' is no end for a GPT partition. Write size = "100%" and leave the end out.`
          : `sgdisk does not understand the end '${end}'. Write +20G, -16G, -0 or a place such as 128M.`,
      ...(end === '100%'
        ? {
            fix: {
              title: 'Write size = "100%"',
              changes: [
                { path: [...item.path, 'end'], value: undefined },
                { path: [...item.path, 'size'], value: '100%' },
              ],
            },
          }
        : {}),
    };
  }
  if (typeof start === 'string' && isLoosePlace(start)) yield loosePlace(item, 'start', start);
  else if (typeof start === 'string' && !isPlace(start)) {
    yield {
      code: 'start-format',
      severity: 'error',
      path: [...item.path, 'start'],
      message: `sgdisk does not understand the start '${start}'. Leave it out, or write a place such as 1M.`,
    };
  }
}
