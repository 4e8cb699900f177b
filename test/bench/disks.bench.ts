import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../../build/bench/bench.ts';
import { formatLayout } from '../../shared/disko/format.ts';
import type { Layout } from '../../shared/disko/layout.ts';
import { readLayout } from '../../shared/disko/read-source.ts';
import { buildRecipe } from '../../shared/disko/recipes.ts';
import { checkLayout } from '../../shared/disko/rules/index.ts';

const DISKS = 24;
const TERABYTE = 1e12;
const fixtures = join(import.meta.dirname, '../fixtures/disko');

/** A NAS of 24 disks: a ZFS pool over 23 of them, and the system on the first. */
function largeLayout(): Layout {
  const disks = Array.from({ length: DISKS }, (_, index) => ({
    name: index === 0 ? 'main' : `data${index}`,
    device: `/dev/disk/by-id/ata-DISK_${index}`,
  }));
  return buildRecipe('nas', { disks, firmware: 'uefi', swap: '16G', hibernation: false });
}

/** Milliseconds that `work` takes, the best of some rounds: other programs can only make it slower. */
function best(work: () => void, rounds = 30): number {
  let shortest = Infinity;
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = performance.now();
    work();
    shortest = Math.min(shortest, performance.now() - startedAt);
  }
  return shortest;
}

export default {
  name: 'disk layouts: all rules, and reading without nix',
  run() {
    const layout = largeLayout();
    const diskBytes = Object.fromEntries(
      Object.keys(layout['disk'] ?? {}).map((name) => [name, 4 * TERABYTE] as const),
    );
    const text = formatLayout(layout);
    const written = readdirSync(fixtures).map((name) => readFileSync(join(fixtures, name, 'layout.nix'), 'utf8'));
    const slowest = Math.max(...written.map((source) => best(() => void readLayout(source), 10)));
    return Promise.resolve([
      {
        name: `all rules on ${DISKS} disks`,
        value: best(() => void checkLayout(layout, { firmware: 'uefi', diskBytes })),
        unit: 'ms',
        atMost: 5,
      },
      { name: `reading ${DISKS} disks`, value: best(() => void readLayout(text)), unit: 'ms', atMost: 20 },
      { name: 'reading the slowest of the recorded layouts', value: slowest, unit: 'ms', atMost: 20 },
    ]);
  },
} satisfies Bench;
