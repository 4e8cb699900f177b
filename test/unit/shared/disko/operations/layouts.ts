import type { Layout, LayoutPath, LayoutSet } from '../../../../../shared/disko/layout.ts';
import { buildRecipe } from '../../../../../shared/disko/recipes.ts';
import { checkLayout } from '../../../../../shared/disko/rules/index.ts';
import { itemsOf, orderedPartitions } from '../../../../../shared/disko/walk.ts';

/** Layouts that the tests of operations work on. */
export const main = { name: 'main', device: '/dev/disk/by-id/ata-A' };
export const second = { name: 'second', device: '/dev/disk/by-id/ata-B' };
export const partitions: LayoutPath = ['disk', 'main', 'content', 'partitions'];
export const root: LayoutPath = [...partitions, 'root'];

export function recipe(name: string, disks = [main]): Layout {
  return buildRecipe(name, { disks, firmware: 'uefi', swap: '8G', hibernation: false });
}

export function at(layout: Layout, path: LayoutPath): LayoutSet | undefined {
  return itemsOf(layout).find((item) => JSON.stringify(item.path) === JSON.stringify(path))?.value;
}

/** The partitions of a disk in the order that disko makes them. */
export function order(layout: Layout, disk = 'main'): string[] {
  return orderedPartitions(
    itemsOf(layout).filter((item) => item.type === 'gpt_partition' && item.path[1] === disk),
  ).map((item) => item.name);
}

/** Codes of the errors that the rules find. */
export function errors(layout: Layout): string[] {
  return checkLayout(layout, { firmware: 'uefi' })
    .filter((item) => item.severity === 'error')
    .map((item) => item.code);
}
