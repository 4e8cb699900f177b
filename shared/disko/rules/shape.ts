import { NixExpression } from '../../nix/value.ts';
import { isList, isSet, type LayoutValue } from '../layout.ts';
import { deviceGroups, hookNames, typeSchema } from '../schema.ts';
import type { OptionSchema } from '../type-schema.ts';
import { suggestSize } from '../size.ts';
import { ancestor, type Item } from '../walk.ts';
import { change, closest, type Finding, type Inspection, type Rule } from './finding.ts';

/** What disko itself refuses while evaluating: unknown groups, types and options, missing ones, wrong values. */
export const shape: Rule = function* (inspection) {
  const groups = Object.keys(deviceGroups);
  for (const [group, entries] of Object.entries(inspection.layout)) {
    if (!groups.includes(group)) {
      const near = closest(group, groups);
      const hint =
        isSet(entries) && typeof entries['device'] === 'string'
          ? ` A disk belongs one level deeper: disk.${group}.`
          : near
            ? ` Did you mean '${near}'?`
            : '';
      yield {
        code: 'unknown-group',
        severity: 'error',
        path: [group],
        message: `disko.devices has no '${group}'; it knows ${groups.join(', ')}.${hint}`,
      };
    } else if (!isSet(entries) && !(entries instanceof NixExpression)) {
      yield {
        code: 'wrong-type',
        severity: 'error',
        path: [group],
        message: `'${group}' must be a set of names.`,
      };
    } else if (isSet(entries)) {
      for (const [name, entry] of Object.entries(entries)) {
        if (isSet(entry) || entry instanceof NixExpression) continue;
        yield {
          code: 'wrong-type',
          severity: 'error',
          path: [group, name],
          message: `'${name}' must be a set of options.`,
        };
      }
    }
  }
  for (const item of inspection.items) yield* checkItem(item, inspection);
};

function* checkItem(item: Item, inspection: Inspection): Iterable<Finding> {
  const written = item.value['type'];
  const schema = item.type === null ? null : typeSchema(item.type);
  if (!schema) {
    yield* unknownContent(item, written);
    return;
  }
  const options: Readonly<Record<string, OptionSchema>> = schema.options;
  for (const key of Object.keys(item.value)) {
    if (Object.hasOwn(options, key) || (hookNames as readonly string[]).includes(key) || key.startsWith('_')) continue;
    const near = closest(key, Object.keys(options));
    yield {
      code: 'unknown-option',
      severity: 'error',
      path: [...item.path, key],
      message: `${describe(item)} has no option '${key}'.${near ? ` Did you mean '${near}'?` : ''}`,
    };
  }
  for (const [key, option] of Object.entries(options)) {
    const value = item.value[key];
    if (value === undefined) {
      if (option.required && !(option.default !== undefined && key === 'type')) {
        const ask =
          item.type === 'luks' && key === 'name'
            ? 'Give the encrypted container a name that nothing else on this machine has, such as crypt-home.'
            : `${describe(item)} needs '${key}'. ${option.description}`;
        yield { code: 'missing-option', severity: 'error', path: [...item.path, key], message: ask };
      }
      continue;
    }
    const complaint = mismatch(option, value);
    if (!complaint) continue;
    if (option.type === 'content') {
      if (value === null) continue;
      yield {
        code: 'wrong-type',
        severity: 'error',
        path: [...item.path, key],
        message: `${describe(item)}: 'content' ${complaint}`,
      };
      continue;
    }
    yield wrongValue(item, key, option, value, complaint, inspection);
  }
  if (item.type === 'disk' && (item.value['content'] === undefined || item.value['content'] === null)) {
    yield {
      code: 'disk-without-content',
      severity: 'error',
      path: item.path,
      message: `Disk ${item.name} has no content here, and disko cannot write a disk without one. Add a partition table, or open the file that has it.`,
      fix: change('Add an empty GPT table', [...item.path, 'content'], { type: 'gpt', partitions: {} }),
    };
  }
  yield* allowedHere(item);
}

function* unknownContent(item: Item, written: LayoutValue | undefined): Iterable<Finding> {
  const path = [...item.path, 'type'];
  if (written instanceof NixExpression) return;
  if (typeof written !== 'string') {
    yield {
      code: 'missing-type',
      severity: 'error',
      path,
      message: `${placeName(item)} does not say what type it is.`,
    };
    return;
  }
  const fileSystems = ['ext4', 'ext3', 'ext2', 'xfs', 'vfat', 'f2fs'];
  if (fileSystems.includes(written)) {
    yield {
      code: 'unknown-type',
      severity: 'error',
      path,
      message: `'${written}' is a format, not a type. Write type = "filesystem" and format = "${written}".`,
      fix: {
        title: `Make it a file system with format ${written}`,
        changes: [
          { path, value: 'filesystem' },
          { path: [...item.path, 'format'], value: written },
        ],
      },
    };
    return;
  }
  const known = ['bcachefs', 'btrfs', 'filesystem', 'gpt', 'luks', 'lvm_pv', 'mdraid', 'swap', 'table', 'zfs'];
  const near = written === 'mbr' || written === 'msdos' ? null : closest(written, known);
  const say =
    written === 'mbr' || written === 'msdos'
      ? 'For an MBR write type = "table" and format = "msdos".'
      : written === 'partition'
        ? "The type 'partition' is from an old disko; leave it out."
        : near
          ? `Did you mean '${near}'?`
          : `disko knows ${known.join(', ')}.`;
  yield { code: 'unknown-type', severity: 'error', path, message: `disko has no type '${written}'. ${say}` };
}

function* allowedHere(item: Item): Iterable<Finding> {
  const parent = item.parent;
  if (!parent || item.path.at(-1) !== 'content') return;
  const parentSchema = parent.type === null ? null : typeSchema(parent.type);
  const allowed = parentSchema?.options?.['content']?.contentTypes;
  if (!allowed || item.type === null || allowed.includes(item.type)) return;
  yield {
    code: 'content-not-allowed',
    severity: 'error',
    path: item.path,
    message: `${describe(parent)} cannot hold ${item.type === 'gpt' || item.type === 'table' ? 'another partition table' : `'${item.type}'`}.`,
  };
}

function wrongValue(
  item: Item,
  key: string,
  option: OptionSchema,
  value: LayoutValue,
  complaint: string,
  inspection: Inspection,
): Finding {
  const path = [...item.path, key];
  const isSize = ['size', 'imageSize'].includes(key) && typeof value === 'string';
  if (isSize && item.type !== 'lvm_lv' && item.type !== 'zfs_volume') {
    if (/^[0-9.]+%$/.test(value)) return sizeInPercent(item, path, value, inspection);
    const meant = suggestSize(value);
    return {
      code: 'size-format',
      severity: 'error',
      path,
      message: `Write sizes as a whole number and K, M, G, T or P: 512M. '${value}' is not one.`,
      ...(meant ? { fix: change(`Write ${meant}`, path, meant) } : {}),
    };
  }
  if (key === 'device' && item.type === 'disk' && value === '') {
    return {
      code: 'device-empty',
      severity: 'error',
      path,
      message: `Disk ${item.name} has no device yet. Choose the disk of this machine.`,
    };
  }
  if (key === 'device' && item.type === 'disk' && typeof value === 'string') {
    if (/\{\{|%[A-Z_]+%|^<.*>$|\$\{/.test(value)) {
      return {
        code: 'device-placeholder',
        severity: 'error',
        path,
        message: `'${value}' is a placeholder. Choose the disk of this machine for ${item.name}.`,
      };
    }
    return {
      code: 'device-relative',
      severity: 'error',
      path,
      message: `'${value}' is not a full path. Use one such as /dev/disk/by-id/... for disk ${item.name}.`,
      ...(/^[a-z0-9]+$/.test(value) ? { fix: change(`Write /dev/${value}`, path, `/dev/${value}`) } : {}),
    };
  }
  if (option.of?.type === 'string' && isSet(value)) {
    const bad = Object.entries(value).find(
      ([, entry]) => typeof entry !== 'string' && !(entry instanceof NixExpression),
    );
    if (bad) {
      const [name, entry] = bad;
      const asText =
        typeof entry === 'boolean' ? (entry ? 'on' : 'off') : typeof entry === 'number' ? `${entry}` : null;
      return {
        code: 'option-not-text',
        severity: 'error',
        path: [...path, name],
        message: `ZFS options are texts: write ${name} = "${asText ?? '...'}".`,
        ...(asText === null ? {} : { fix: change(`Write "${asText}"`, [...path, name], asText) }),
      };
    }
  }
  return { code: 'wrong-value', severity: 'error', path, message: `${describe(item)}: '${key}' ${complaint}` };
}

/** Where the disk's size is known, what was meant can be computed. */
function sizeInPercent(item: Item, path: Finding['path'], value: string, inspection: Inspection): Finding {
  const disk = ancestor(item, 'disk');
  const bytes = disk ? inspection.surroundings.diskBytes?.[disk.name] : undefined;
  const share = Number(value.slice(0, -1));
  if (bytes === undefined || !(share > 0 && share < 100)) {
    return {
      code: 'size-percent',
      severity: 'error',
      path,
      message: `disko knows no percentages but 100%. Give ${item.name} a size such as 20G, or 100% for the rest of the disk.`,
    };
  }
  const meant = `${Math.max(1, Math.floor((bytes * share) / 100 / 1024 ** 3))}G`;
  return {
    code: 'size-percent',
    severity: 'error',
    path,
    message: `disko knows no percentages but 100%. On this ${Math.round(bytes / 1e9)} GB disk ${value} is ${meant}. Use that?`,
    fix: change(`Write ${meant}`, path, meant),
  };
}

/** What is wrong with a value for an option, or null. Expressions are taken on trust. */
function mismatch(
  option: Pick<OptionSchema, 'type' | 'values' | 'pattern' | 'of' | 'anyOf' | 'nullable'>,
  value: LayoutValue,
): string | null {
  if (value instanceof NixExpression) return null;
  if (value === null) return option.nullable || option.type === 'content' ? null : 'must not be null.';
  switch (option.type) {
    case 'bool':
      return typeof value === 'boolean' ? null : 'must be true or false.';
    case 'int':
      return typeof value === 'number' && Number.isInteger(value) ? null : 'must be a whole number.';
    case 'enum':
      return option.values?.includes(value as string)
        ? null
        : `must be one of ${(option.values ?? []).map((word) => `'${word}'`).join(', ')}.`;
    case 'absolutePath':
      return typeof value === 'string' && value.startsWith('/') ? null : 'must be a full path, beginning with /.';
    case 'string':
    case 'lines':
      if (typeof value !== 'string') return 'must be a text.';
      return option.pattern && !matches(option.pattern, value)
        ? `is not in the form that disko takes ('${value}').`
        : null;
    case 'either':
      return option.anyOf?.some((choice) =>
        choice.type === 'attrsOf' ? isSet(value) : mismatch(choice, value) === null,
      )
        ? null
        : `is not a value that disko takes ('${typeof value === 'string' ? value : typeof value}').`;
    case 'listOf':
      if (!isList(value)) return 'must be a list.';
      return value.some((item) => option.of && option.of.type !== 'submodule' && mismatch(option.of, item) !== null)
        ? 'holds an item of the wrong kind.'
        : null;
    case 'attrsOf':
      if (!isSet(value)) return 'must be a set of names.';
      return option.of &&
        ['string', 'int'].includes(option.of.type) &&
        Object.values(value).some((item) => mismatch(option.of ?? option, item) !== null)
        ? 'holds a value of the wrong kind.'
        : null;
    case 'content':
    case 'submodule':
      return isSet(value) ? null : 'must be a set of options.';
    default:
      return null;
  }
}

const compiled = new Map<string, RegExp>();

function matches(pattern: string, value: string): boolean {
  let expression = compiled.get(pattern);
  if (!expression) {
    expression = new RegExp(`^(?:${pattern.replaceAll('[[:xdigit:]]', '[0-9A-Fa-f]')})$`);
    compiled.set(pattern, expression);
  }
  return expression.test(value);
}

const kindNames: Readonly<Record<string, string>> = {
  disk: 'Disk',
  gpt: 'The partition table of',
  table: 'The partition table of',
  gpt_partition: 'Partition',
  table_partition: 'Partition',
  filesystem: 'The file system of',
  btrfs: 'The btrfs of',
  btrfs_subvol: 'Subvolume',
  btrfs_swapfile: 'Swap file',
  swap: 'The swap of',
  luks: 'The encrypted container of',
  lvm_pv: 'The LVM member of',
  lvm_vg: 'Volume group',
  lvm_lv: 'Logical volume',
  mdraid: 'The RAID member of',
  mdadm: 'Array',
  zfs: 'The ZFS member of',
  zpool: 'Pool',
  zfs_fs: 'Dataset',
  zfs_volume: 'Volume',
  bcachefs: 'The bcachefs member of',
  nodev: 'The mount',
};

/** A thing of the layout in words: `Partition root`, `The file system of home`. */
export function describe(item: Item): string {
  return `${kindNames[item.type ?? ''] ?? `'${item.type ?? ''}'`} ${item.name}`;
}

function placeName(item: Item): string {
  return `What ${item.parent ? item.parent.name : item.name} holds`;
}
