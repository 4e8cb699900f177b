import { diskoTypes } from './disko-types.ts';
import type { OptionSchema, TypeSchema } from './type-schema.ts';

export type DiskoTypeName = keyof typeof diskoTypes;

/** The groups of `disko.devices` with the type of their entries, in the order disko walks them. */
export const deviceGroups = {
  bcachefs_filesystems: 'bcachefs_filesystem',
  disk: 'disk',
  lvm_vg: 'lvm_vg',
  mdadm: 'mdadm',
  nodev: 'nodev',
  zpool: 'zpool',
} as const satisfies Readonly<Record<string, DiskoTypeName>>;
export type DeviceGroup = keyof typeof deviceGroups;

export const hookNames = [
  'preCreateHook',
  'postCreateHook',
  'preMountHook',
  'postMountHook',
  'preUnmountHook',
  'postUnmountHook',
] as const;

const table: ReadonlyMap<string, TypeSchema> = new Map(Object.entries(diskoTypes));

/** The schema of a type, or null for a name that disko does not have. */
export function typeSchema(name: string): TypeSchema | null {
  return table.get(name) ?? null;
}

/** The type of what an option holds, where it holds something with a type of its own. */
export function itemType(schema: OptionSchema, value: unknown): string | null {
  const chosen = isRecord(value) && typeof value['type'] === 'string' ? value['type'] : null;
  if (schema.type === 'content') return chosen;
  if (typeof schema.item === 'string') return schema.item;
  if (Array.isArray(schema.item)) return chosen;
  return null;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
