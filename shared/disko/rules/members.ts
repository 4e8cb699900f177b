import { NixExpression } from '../../nix/value.ts';
import { isList, isSet, type LayoutValue } from '../layout.ts';
import { ancestor, number, ownName, text, type Item } from '../walk.ts';
import { change, closest, joined, type Finding, type Inspection, type Rule } from './finding.ts';

/** What refers to a group by name, and what the group is called. */
const references = [
  { member: 'lvm_pv', option: 'vg', group: 'lvm_vg', folder: 'lvm_vg', word: 'Volume group' },
  { member: 'mdraid', option: 'name', group: 'mdadm', folder: 'mdadm', word: 'Array' },
  { member: 'zfs', option: 'pool', group: 'zpool', folder: 'zpool', word: 'Pool' },
  {
    member: 'bcachefs',
    option: 'filesystem',
    group: 'bcachefs_filesystem',
    folder: 'bcachefs_filesystems',
    word: 'File system',
  },
] as const;

function membersOf(inspection: Inspection, group: Item): Item[] {
  const reference = references.find((item) => item.group === group.type);
  if (!reference) return [];
  return inspection.of(reference.member).filter((item) => text(item, reference.option) === ownName(group));
}

function holder(item: Item): string {
  return item.parent ? item.parent.name : item.name;
}

/** References that lead nowhere, and groups that nothing belongs to. disko checks neither. */
export const membership: Rule = function* (inspection) {
  for (const { member, option, group, folder, word } of references) {
    const groups = inspection.of(group);
    const names = groups.map(ownName);
    const hasUnknown = inspection.layout[folder] !== undefined && !isSet(inspection.layout[folder]);
    const mayHaveMore =
      inspection.hasComputedItems || inspection.of(member).some((item) => item.value[option] instanceof NixExpression);
    for (const item of inspection.of(member)) {
      const name = text(item, option);
      if (name === null || names.includes(name) || hasUnknown) continue;
      const near = closest(name, names) ?? (names.length === 1 ? (names[0] ?? null) : null);
      const path = [...item.path, option];
      yield {
        code: 'unknown-group-name',
        severity: 'error',
        path,
        message: `${holder(item)} belongs to ${word.toLowerCase()} ${name}, which is not there. Create it${near ? `, or choose ${near}` : ''}.`,
        ...(near ? { fix: change(`Choose ${near}`, path, near) } : {}),
      };
    }
    for (const item of groups) {
      if (mayHaveMore || membersOf(inspection, item).length > 0) continue;
      const misspelt = inspection
        .of(member)
        .find((other) => closest(text(other, option) ?? '', [ownName(item)]) !== null);
      yield {
        code: 'group-without-members',
        severity: 'error',
        path: item.path,
        message: misspelt
          ? `${word} ${item.name} has no device; ${holder(misspelt)} names ${text(misspelt, option) ?? ''}. Did you mean ${item.name}?`
          : `${word} ${item.name} has no members. Put a partition into it, or remove it.`,
      };
    }
  }
};

const raidLevels: Readonly<Record<number, { minimum: number; sensible: number }>> = {
  0: { minimum: 1, sensible: 2 },
  1: { minimum: 1, sensible: 2 },
  4: { minimum: 2, sensible: 3 },
  5: { minimum: 2, sensible: 3 },
  6: { minimum: 4, sensible: 4 },
  10: { minimum: 2, sensible: 2 },
};

export const arrays: Rule = function* (inspection) {
  for (const item of inspection.of('mdadm')) {
    const level = number(item, 'level') ?? 1;
    const known = raidLevels[level];
    if (item.value['level'] !== undefined && !known && typeof item.value['level'] === 'number') {
      yield {
        code: 'raid-level',
        severity: 'error',
        path: [...item.path, 'level'],
        message: `mdadm has no RAID level ${level}. Use 0, 1, 4, 5, 6 or 10.`,
      };
      continue;
    }
    const members = membersOf(inspection, item);
    if (known && members.length > 0 && members.length < known.minimum) {
      yield {
        code: 'raid-too-few',
        severity: 'error',
        path: item.path,
        message: `RAID ${level} needs at least ${known.minimum} members; ${item.name} has ${members.length}.`,
      };
    } else if (known && members.length > 0 && members.length < known.sensible) {
      yield {
        code: 'raid-few',
        severity: 'hint',
        path: item.path,
        message: `${item.name} is RAID ${level} with ${members.length === 1 ? 'one member' : `${members.length} members`}: nothing is gained by it.`,
      };
    }
    const disks = members.map((member) => ancestor(member, 'disk'));
    if (level !== 0 && disks.some((disk, index) => disk && disks.indexOf(disk) !== index)) {
      yield {
        code: 'raid-same-disk',
        severity: 'warning',
        path: item.path,
        message: `Two members of ${item.name} are on the same disk; when it fails, both are gone.`,
      };
    }
    if (item.name.length > 32 || item.name.includes('/')) {
      yield {
        code: 'raid-name',
        severity: 'error',
        path: item.path,
        message: `The name of an array has at most 32 characters and no slash: ${item.name}.`,
      };
    }
    yield* espArray(item);
  }
};

function* espArray(item: Item): Iterable<Finding> {
  const content = item.value['content'];
  if (!isSet(content) || content['format'] !== 'vfat') return;
  if (item.value['metadata'] === '1.0' || item.value['metadata'] === '0.90') return;
  yield {
    code: 'raid-esp-metadata',
    severity: 'error',
    path: [...item.path, 'metadata'],
    message: `${item.name} holds a boot partition that the firmware reads: it needs metadata 1.0, or the firmware sees no file system.`,
    fix: change('Use metadata 1.0', [...item.path, 'metadata'], '1.0'),
  };
}

const lvMinimums: Readonly<Record<string, number>> = { mirror: 2, raid0: 2, raid1: 2, raid4: 3, raid5: 3, raid6: 5 };

export const volumes: Rule = function* (inspection) {
  for (const group of inspection.of('lvm_vg')) {
    const volumesHere = inspection.childrenOf(group, 'lvm_lv');
    const members = membersOf(inspection, group).length;
    const pools = volumesHere.filter((item) => item.value['lvm_type'] === 'thin-pool').map(ownName);
    const greedy = volumesHere.filter(
      (item) => /^100%(FREE|VG)?$/.test(text(item, 'size') ?? '') && item.value['lvm_type'] !== 'thinlv',
    );
    if (greedy.length > 1) {
      yield {
        code: 'two-rests',
        severity: 'error',
        path: [...(greedy[1]?.path ?? []), 'size'],
        message: `${joined(greedy.map((item) => item.name))} ${greedy.length === 2 ? 'both' : 'all'} take all that is left in ${group.name}. Give one of them a size.`,
      };
    }
    for (const item of volumesHere) {
      const size = text(item, 'size');
      if (size !== null && !/^[+]?[0-9]+(\.[0-9]+)?([bBsSkKmMgGtTpPeE]|%(FREE|VG|PVS|ORIGIN)?)?$/.test(size)) {
        yield {
          code: 'lv-size',
          severity: 'error',
          path: [...item.path, 'size'],
          message: `LVM does not understand the size '${size}' of ${item.name}. Write 10G, 50%VG or 100%FREE.`,
        };
      }
      const kind = text(item, 'lvm_type');
      if (kind === 'thinlv') {
        const pool = text(item, 'pool');
        if (item.value['pool'] === undefined || item.value['pool'] === null) {
          yield {
            code: 'thin-without-pool',
            severity: 'error',
            path: [...item.path, 'pool'],
            message: `A thin volume needs a thin pool; ${item.name} names none.`,
            ...(pools[0] ? { fix: change(`Choose ${pools[0]}`, [...item.path, 'pool'], pools[0]) } : {}),
          };
        } else if (pool !== null && !pools.includes(pool)) {
          yield {
            code: 'thin-unknown-pool',
            severity: 'error',
            path: [...item.path, 'pool'],
            message: `${item.name} names the thin pool ${pool}, which ${group.name} does not have.`,
          };
        }
        if (size?.includes('%')) {
          yield {
            code: 'thin-size',
            severity: 'error',
            path: [...item.path, 'size'],
            message: `A thin volume has a size of its own, such as 50G; '${size}' does not work for ${item.name}.`,
          };
        }
      }
      const minimum = kind === null ? undefined : lvMinimums[kind];
      if (minimum && members > 0 && members < minimum) {
        yield {
          code: 'lv-too-few',
          severity: 'error',
          path: [...item.path, 'lvm_type'],
          message: `${kind ?? ''} needs ${minimum} members in ${group.name}; there ${members === 1 ? 'is one' : `are ${members}`}.`,
        };
      }
    }
  }
};

const vdevMinimums: Readonly<Record<string, { minimum: number; sensible: number }>> = {
  mirror: { minimum: 2, sensible: 2 },
  raidz: { minimum: 2, sensible: 3 },
  raidz1: { minimum: 2, sensible: 3 },
  raidz2: { minimum: 3, sensible: 4 },
  raidz3: { minimum: 4, sensible: 5 },
};

export const pools: Rule = function* (inspection) {
  for (const pool of inspection.of('zpool')) {
    const members = membersOf(inspection, pool);
    const { mode } = pool.value;
    if (typeof mode === 'string' && members.length > 0)
      yield* enough(pool, [...pool.path, 'mode'], mode, members.length, pool.name);
    const topology = inspection.of('zpool_topology').find((item) => item.parent === pool);
    if (topology) yield* checkTopology(inspection, pool, topology, members);
  }
};

function* enough(pool: Item, path: Item['path'], mode: string, count: number, name: string): Iterable<Finding> {
  const known = vdevMinimums[mode];
  if (!known) return;
  const word = mode === 'mirror' ? 'A mirror' : mode;
  if (count < known.minimum) {
    yield {
      code: 'pool-too-few',
      severity: 'error',
      path,
      message: `${word} needs ${known.minimum === 2 ? 'two' : known.minimum} devices; ${name} has ${count === 1 ? 'one' : count}. Add a disk or choose 'single'.`,
      fix: change('Choose single', path, ''),
    };
  } else if (count < known.sensible) {
    yield {
      code: 'pool-few',
      severity: 'hint',
      path,
      message: `${mode} over ${count} devices has no more room than a mirror; ${known.sensible} make sense.`,
    };
  }
  void pool;
}

function texts(value: LayoutValue | undefined): string[] {
  return isList(value) ? value.filter((item) => typeof item === 'string') : [];
}

function* checkTopology(
  inspection: Inspection,
  pool: Item,
  topology: Item,
  devices: readonly Item[],
): Iterable<Finding> {
  const named: string[] = [];
  for (const key of ['vdev', 'log', 'dedup', 'special', 'spare', 'cache']) {
    const entries = topology.value[key];
    for (const [index, entry] of (isList(entries) ? entries : isSet(entries) ? [entries] : []).entries()) {
      if (typeof entry === 'string') named.push(entry);
      if (!isSet(entry)) continue;
      const members = texts(entry['members']);
      named.push(...members);
      const mode = entry['mode'];
      const path = [...topology.path, key, ...(isList(entries) ? [index] : [])];
      if (typeof mode === 'string')
        yield* enough(pool, [...path, 'mode'], mode, members.length, `${key} ${index + 1} of ${pool.name}`);
      if (key === 'log' && typeof mode === 'string' && mode.startsWith('raidz')) {
        yield {
          code: 'pool-log-mode',
          severity: 'error',
          path: [...path, 'mode'],
          message: `A log of ${pool.name} can be single or a mirror, not ${mode}.`,
        };
      }
    }
  }
  const disks = inspection.of('disk');
  for (const name of named) {
    if (name.startsWith('/')) continue;
    const disk = disks.find((item) => ownName(item) === name);
    if (!disk) {
      const near = closest(name, disks.map(ownName));
      yield {
        code: 'pool-unknown-member',
        severity: 'error',
        path: topology.path,
        message: `Member ${name} of ${pool.name} is no disk here.${near ? ` Did you mean ${near}?` : ''} disko would skip the pool and go on without a word.`,
      };
      continue;
    }
    const member = devices.find((item) => ancestor(item, 'disk') === disk);
    if (member?.parent?.type === 'gpt_partition' && ownName(member.parent) !== 'zfs') {
      yield {
        code: 'pool-member-partition',
        severity: 'error',
        path: member.parent.path,
        message: `The partition of ${name} that belongs to ${pool.name} must be called zfs, not ${ownName(member.parent)}: that is where disko looks. It would skip the pool and go on without a word.`,
      };
    }
  }
  const missing = devices.filter((item) => {
    const disk = ancestor(item, 'disk');
    return disk && named.every((name) => !name.startsWith('/')) && !named.includes(ownName(disk));
  });
  if (named.length > 0 && missing.length > 0) {
    yield {
      code: 'pool-member-left-out',
      severity: 'error',
      path: topology.path,
      message: `${joined(missing.map((item) => ancestor(item, 'disk')?.name ?? ''))} ${missing.length === 1 ? 'belongs' : 'belong'} to ${pool.name} but ${missing.length === 1 ? 'is' : 'are'} in none of its vdevs. disko would skip the pool and go on without a word.`,
    };
  }
}

export const datasets: Rule = function* (inspection) {
  for (const item of inspection.of('zfs_volume')) {
    if (text(item, 'size') === null && (item.value['size'] === undefined || item.value['size'] === null)) {
      yield {
        code: 'volume-without-size',
        severity: 'error',
        path: [...item.path, 'size'],
        message: `The ZFS volume ${item.name} needs a size, such as 10G.`,
      };
    }
  }
  for (const item of [...inspection.of('zfs_fs'), ...inspection.of('zpool')]) {
    const options = item.value[item.type === 'zpool' ? 'rootFsOptions' : 'options'];
    if (!isSet(options)) continue;
    const location = options['keylocation'];
    if (
      typeof location === 'string' &&
      location.startsWith('file:///tmp/') &&
      !(text(item, 'postCreateHook') ?? '').includes('keylocation')
    ) {
      yield {
        code: 'zfs-key-in-tmp',
        severity: 'hint',
        path: [...item.path, item.type === 'zpool' ? 'rootFsOptions' : 'options', 'keylocation'],
        message: `The key of ${item.name} is read from ${location}, which is only there while installing. Set keylocation=prompt in a postCreateHook, or the machine cannot unlock it at boot.`,
      };
    }
  }
};
