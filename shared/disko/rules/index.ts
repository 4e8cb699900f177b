import type { Layout } from '../layout.ts';
import { bootPartitions, encryption, swap } from './boot.ts';
import { hostIdOfPools, kernelsEncrypted, kernelsInGroup, piFirmwareFirst } from './boot-places.ts';
import { cycles } from './cycles.ts';
import { Inspection, type Finding, type Rule, type Surroundings } from './finding.ts';
import { arrays, datasets, membership, pools, volumes } from './members.ts';
import { btrfs, formats, memoryRoot, mountpoints } from './mounts.ts';
import { devices, diskNames } from './devices.ts';
import { partitionNames } from './partition-names.ts';
import { overlaps, sizes } from './sizes.ts';
import { hybridMbr, legacyTables, oldTables } from './tables.ts';
import { fitting, unevenMembers } from './fitting.ts';
import { arrayDetails, datasetDetails, encryptionDetails, poolDetails, volumeDetails } from './more-groups.ts';
import { bootOptions, btrfsMembers, fileSystemLabels, nodevMounts } from './more-mounts.ts';
import { shape } from './shape.ts';

const rules: readonly Rule[] = [
  shape,
  devices,
  diskNames,
  sizes,
  overlaps,
  partitionNames,
  hybridMbr,
  legacyTables,
  oldTables,
  bootPartitions,
  kernelsInGroup,
  kernelsEncrypted,
  piFirmwareFirst,
  hostIdOfPools,
  mountpoints,
  formats,
  btrfs,
  memoryRoot,
  encryption,
  swap,
  membership,
  arrays,
  volumes,
  pools,
  datasets,
  cycles,
  fileSystemLabels,
  btrfsMembers,
  nodevMounts,
  bootOptions,
  encryptionDetails,
  arrayDetails,
  volumeDetails,
  poolDetails,
  datasetDetails,
  fitting,
  unevenMembers,
];

const order = { error: 0, warning: 1, hint: 2 } as const;

/** Findings about two parts that get in each other's way. */
const clashes: ReadonlySet<string> = new Set([
  'two-rests',
  'rest-not-last',
  'mountpoint-twice',
  'btrfs-mounted-twice',
  'luks-name-twice',
  'two-resume-devices',
  'label-twice',
  'partition-name-twice',
]);

function unlessExclusive({ fix: _, ...finding }: Finding): Finding {
  const message = `${finding.message} This counts only where the conditions in the file let both be there.`;
  return { ...finding, severity: 'hint', message };
}

/** Everything that disko refuses about a layout and everything that only fails at run time or at boot; worst first. */
export function checkLayout(layout: Layout, surroundings: Surroundings): Finding[] {
  const inspection = new Inspection(layout, surroundings);
  const findings = rules
    .flatMap((rule) => [...rule(inspection)])
    .map((item) => (surroundings.isAssumed && clashes.has(item.code) ? unlessExclusive(item) : item));
  return findings.sort((a, b) => order[a.severity] - order[b.severity]);
}
