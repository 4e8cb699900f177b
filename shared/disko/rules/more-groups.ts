import { MAX_LABEL_LENGTH, plainLabel } from '../device-path.ts';
import { isList, isSet, type LayoutSet } from '../layout.ts';
import { membersOf } from '../references.ts';
import { ancestor, number, ownName, text, type Item } from '../walk.ts';
import { change, joined, type Finding, type Inspection, type Rule } from './finding.ts';
import { mountpointOf } from './mounts.ts';

/** What is mounted before anything could unlock or import it later. */
const early = ['/', '/nix', '/nix/store', '/etc', '/usr', '/var', '/var/lib', '/var/log'];

export const encryptionDetails: Rule = function* (inspection) {
  for (const item of inspection.of('luks')) {
    const name = text(item, 'name') ?? item.name;
    if (item.value['askPassword'] === true && typeof item.value['passwordFile'] === 'string') {
      yield {
        code: 'luks-ask-and-file',
        severity: 'hint',
        path: [...item.path, 'askPassword'],
        message: `disko asks for the passphrase of ${name} and does not read ${text(item, 'passwordFile') ?? ''}. Choose one.`,
        fix: change('Read the file', [...item.path, 'askPassword'], undefined),
      };
    }
    const needed = earlyMountsOn(inspection, item);
    if (item.value['initrdUnlock'] === false && needed.length > 0) {
      yield {
        code: 'luks-not-unlocked',
        severity: 'error',
        path: [...item.path, 'initrdUnlock'],
        message: `${name} holds ${joined(needed)}, but is not unlocked at boot. Leave initrdUnlock out.`,
        fix: change('Unlock it at boot', [...item.path, 'initrdUnlock'], undefined),
      };
    }
  }
};

/** Early mountpoints on an item, through the groups that it is a member of. */
function earlyMountsOn(inspection: Inspection, top: Item): string[] {
  const found = new Set<string>();
  const seen = new Set<Item>([top]);
  const queue = [top];
  for (let at = queue.pop(); at; at = queue.pop()) {
    for (const item of inspection.items) {
      const isInside = item === at || isBelow(item, at);
      const place = isInside ? mountpointOf(item) : null;
      if (place !== null && early.includes(place)) found.add(place);
      if (!['lvm_vg', 'mdadm', 'zpool'].includes(item.type ?? '') || seen.has(item)) continue;
      const holder = at;
      if (membersOf(inspection.items, item).some((member) => isBelow(member, holder))) {
        seen.add(item);
        queue.push(item);
      }
    }
  }
  return [...found];
}

function isBelow(item: Item, top: Item): boolean {
  for (let at = item.parent; at; at = at.parent) if (at === top) return true;
  return false;
}

export const arrayDetails: Rule = function* (inspection) {
  for (const array of inspection.of('mdadm')) {
    const { content } = array.value;
    const level = number(array, 'level') ?? 1;
    if (isSet(content) && content['format'] === 'vfat' && level !== 1) {
      yield {
        code: 'raid-esp-level',
        severity: 'error',
        path: [...array.path, 'level'],
        message: `${array.name} holds a boot partition: the firmware reads one disk alone, so it needs level 1, not ${level}.`,
        fix: change('Use level 1', [...array.path, 'level'], 1),
      };
    }
  }
};

export const volumeDetails: Rule = function* (inspection) {
  for (const group of inspection.of('lvm_vg')) {
    const volumes = inspection.childrenOf(group, 'lvm_lv');
    const shares = volumes.map((item) => /^([0-9]+)%(VG|PVS)$/.exec(text(item, 'size') ?? '')?.[1]);
    const sum = shares.reduce((total, share) => total + Number(share ?? 0), 0);
    if (sum > 100) {
      yield {
        code: 'lv-percent-sum',
        severity: 'error',
        path: group.path,
        message: `The volumes of ${group.name} ask for ${sum}% of it together. Leave the last one 100%FREE.`,
      };
    }
    for (const item of volumes) {
      if (text(item, 'lvm_type') === 'thin-pool' && isSet(item.value['content'])) {
        yield {
          code: 'thin-pool-content',
          severity: 'error',
          path: [...item.path, 'content'],
          message: `The thin pool ${item.name} holds volumes and no file system. Put it into a volume with lvm_type thinlv.`,
          fix: change('Empty the pool', [...item.path, 'content'], undefined),
        };
      }
    }
  }
};

/** How many devices a vdev may lose. */
function mayLose(vdev: LayoutSet): number {
  const count = isList(vdev['members']) ? vdev['members'].length : 0;
  const { mode = '' } = vdev;
  const parity: Readonly<Record<string, number>> = { mirror: count - 1, raidz: 1, raidz1: 1, raidz2: 2, raidz3: 3 };
  return typeof mode === 'string' ? (parity[mode] ?? 0) : 0;
}

export const poolDetails: Rule = function* (inspection) {
  for (const topology of inspection.of('zpool_topology')) {
    const vdevs = (key: string): LayoutSet[] => {
      const value = topology.value[key];
      return isList(value) ? value.filter(isSet) : isSet(value) ? [value] : [];
    };
    const data = Math.min(...vdevs('vdev').map(mayLose));
    for (const key of ['special', 'dedup']) {
      const least = Math.min(...vdevs(key).map(mayLose));
      if (!Number.isFinite(least) || !Number.isFinite(data) || least >= data) continue;
      yield {
        code: 'pool-special-weak',
        severity: 'warning',
        path: [...topology.path, key],
        message: `When the ${key} device of ${topology.name} fails, the pool is lost, however safe its data is. Make it a mirror.`,
      };
    }
    const named = new Set(
      JSON.stringify(topology.value)
        .match(/"[^"]+"/g)
        ?.map((word) => word.slice(1, -1)),
    );
    for (const member of inspection.of('zfs')) {
      const slot = member.parent;
      const disk = ancestor(member, 'disk');
      if (slot?.type !== 'gpt_partition' || !disk || !named.has(ownName(disk)) || ownName(slot) !== 'zfs') continue;
      const label = plainLabel(slot);
      if (slot.value['label'] === undefined && (label === null || label.length <= MAX_LABEL_LENGTH)) continue;
      yield {
        code: 'pool-member-label',
        severity: 'error',
        path: [...slot.path, 'label'],
        message: `${topology.name} looks for its member ${ownName(disk)} by the label disk-${ownName(disk)}-zfs, which this partition does not get. disko would skip the pool without a word. Name the member by its full path.`,
      };
    }
  }
};

export const datasetDetails: Rule = function* (inspection) {
  for (const item of [...inspection.of('zfs_fs'), ...inspection.of('zpool')]) {
    const key = item.type === 'zpool' ? 'rootFsOptions' : 'options';
    const options = item.value[key];
    if (!isSet(options)) continue;
    const path = [...item.path, key];
    yield* encryptionComplete(item, options, path);
    const own = options['mountpoint'];
    const place = mountpointOf(item);
    if (place === null || typeof own !== 'string') continue;
    if (own === 'none') {
      yield {
        code: 'zfs-mount-none',
        severity: 'error',
        path: [...path, 'mountpoint'],
        message: `${item.name} is to be mounted at ${place}, but its ZFS option mountpoint is none, so nothing can mount it. Write legacy.`,
        fix: change('Write legacy', [...path, 'mountpoint'], 'legacy'),
      };
    } else if (own === place) {
      yield {
        code: 'zfs-mounted-twice',
        severity: 'hint',
        path: [...path, 'mountpoint'],
        message: `Both NixOS and ZFS mount ${item.name} at ${place}; at boot one of them may fail. Let ZFS leave it: legacy.`,
        fix: change('Write legacy', [...path, 'mountpoint'], 'legacy'),
      };
    }
  }
  for (const item of inspection.of('zfs_volume')) {
    const size = text(item, 'size');
    if (size !== null && !/^[0-9]+(\.[0-9]+)?[BKMGTPE]?(iB|B)?$/i.test(size)) {
      yield {
        code: 'volume-size',
        severity: 'error',
        path: [...item.path, 'size'],
        message: `ZFS does not understand the size '${size}' of the volume ${item.name}. Write 10G.`,
      };
    }
    const { content } = item.value;
    if (isSet(content) && content['type'] === 'swap' && content['resumeDevice'] === true) {
      yield {
        code: 'swap-resume-zvol',
        severity: 'error',
        path: [...item.path, 'content', 'resumeDevice'],
        message: `Waking from a ZFS volume destroys the pool: ${item.name} cannot be what the machine hibernates to. Use a swap partition.`,
        fix: change('Do not wake from it', [...item.path, 'content', 'resumeDevice'], undefined),
      };
    }
  }
};

function* encryptionComplete(item: Item, options: LayoutSet, path: Finding['path']): Iterable<Finding> {
  const on = options['encryption'];
  if (typeof on !== 'string' || on === 'off') return;
  for (const key of ['keyformat', 'keylocation']) {
    if (options[key] !== undefined) continue;
    // The location has a default that asks; the format has none.
    if (key === 'keylocation' && options['keyformat'] === 'passphrase') continue;
    yield {
      code: 'zfs-encryption-incomplete',
      severity: 'error',
      path: [...path, key],
      message: `${item.name} is encrypted, but says nothing of its ${key === 'keyformat' ? 'key’s format (passphrase, hex or raw)' : 'key’s place'}: zfs refuses to create it.`,
      fix: change(
        key === 'keyformat' ? 'Use a passphrase' : 'Ask for it',
        [...path, key],
        key === 'keyformat' ? 'passphrase' : 'prompt',
      ),
    };
  }
}
