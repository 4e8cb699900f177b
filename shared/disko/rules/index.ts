import type { Layout } from '../layout.ts';
import { bootPartitions, cycles, encryption, swap } from './boot.ts';
import { Inspection, type Finding, type Rule, type Surroundings } from './finding.ts';
import { arrays, datasets, membership, pools, volumes } from './members.ts';
import { btrfs, formats, memoryRoot, mountpoints } from './mounts.ts';
import { devices, hybridMbr, legacyTables, partitionNames, sizes } from './partitions.ts';
import { shape } from './shape.ts';

const rules: readonly Rule[] = [
  shape,
  devices,
  sizes,
  partitionNames,
  hybridMbr,
  legacyTables,
  bootPartitions,
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
];

const order = { error: 0, warning: 1, hint: 2 } as const;

/** Everything that disko refuses about a layout and everything that only fails at run time or at boot; worst first. */
export function checkLayout(layout: Layout, surroundings: Surroundings): Finding[] {
  const inspection = new Inspection(layout, surroundings);
  const findings = rules.flatMap((rule) => [...rule(inspection)]);
  return findings.sort((a, b) => order[a.severity] - order[b.severity]);
}
