import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InstallDisk } from '../../../shared/contract/install.ts';
import type { MachineReport } from '../../../shared/contract/machine.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import type { Layout } from '../../../shared/disko/layout.ts';
import { readLayout } from '../../../shared/disko/read-source.ts';
import { itemsOf, text } from '../../../shared/disko/walk.ts';
import { installDisks } from '../../../shared/install/install-disks.ts';
import { readHostLayout } from '../disks/read-host-layout.ts';
import { ProblemError } from '../errors.ts';
import { hostFile } from './plan-files.ts';
import { installProblems } from './problems.ts';

type Disks = Pick<MachineReport, 'disks'>;

/** The disks of a layout beside those of the machine. */
export function disksOfLayout(layout: Layout, report: Disks | null): InstallDisk[] {
  const disks = itemsOf(layout)
    .filter(({ type }) => type === 'disk')
    .map((item) => ({
      name: item.name,
      device: text(item, 'device') ?? '',
      isErased: item.value['destroy'] !== false,
    }));
  return installDisks(disks, { disks: report?.disks ?? [] });
}

/** What a layout's text says of its disks; null where only evaluation tells. */
export function disksOfText(source: string, report: Disks | null): InstallDisk[] | null {
  const reading = readLayout(source);
  return reading.ok && reading.kept.length === 0 ? disksOfLayout(reading.layout, report) : null;
}

/**
 * The disks of the machine that a host's layout in the fleet protects with `destroy = false`, by their paths: by its text
 * where that tells, else by what its configuration comes to.
 * @throws ProblemError `nix-*` where it takes an evaluation that fails
 */
export async function protectedDisks(folder: string, host: string, report: Disks): Promise<string[]> {
  const file = readIfThere(join(folder, hostFile({ host }, 'disko.nix')));
  const told = file === null ? null : disksOfText(file, report);
  const disks = told ?? disksOfLayout(await evaluatedLayout(folder, host), report);
  return disks.flatMap(({ isErased, path }) => (isErased || path === null ? [] : [path]));
}

async function evaluatedLayout(folder: string, host: string): Promise<Layout> {
  try {
    return await readHostLayout(folder, host);
  } catch (error) {
    const has = error instanceof ProblemError ? error.problem.code : '';
    if (has === 'disks-host-without-layout' || has === 'disks-host-missing') return {};
    throw error;
  }
}

/** A disk that the fleet protects is not erased by another layout either: whoever means it takes the protection away first. */
export function protectedObstacles(kept: readonly string[], disks: readonly InstallDisk[]): Problem[] {
  return disks
    .filter(({ isErased, path }) => isErased && path !== null && kept.includes(path))
    .map(({ identity, path }) => installProblems.protectedDisk(identity ?? path ?? ''));
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
