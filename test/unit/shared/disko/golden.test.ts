import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { withoutDefaults } from '../../../../shared/disko/defaults.ts';
import { partitionDevice, partitionLabel, partitionNumber } from '../../../../shared/disko/device-path.ts';
import { formatLayout } from '../../../../shared/disko/format.ts';
import { fromJson, isSet, toJson, valueAt, type Layout } from '../../../../shared/disko/layout.ts';
import { readLayout } from '../../../../shared/disko/read-source.ts';
import { checkLayout } from '../../../../shared/disko/rules/index.ts';
import { mountpointOf } from '../../../../shared/disko/rules/mounts.ts';
import { itemsOf, partitionPriority } from '../../../../shared/disko/walk.ts';
import { writeLayout } from '../../../../shared/disko/write-source.ts';

/**
 * Layouts of ours with what the real disko (878ec37, nixpkgs' lib of 2026-06-14) makes of them: every public option as
 * it is resolved, the mounts that NixOS gets, and hashes of its scripts. `export.nix` is our own export of the layout;
 * when it was recorded, disko gave it the same hashes.
 */
const folder = join(import.meta.dirname, '../../../fixtures/disko');
const expectedSchema = z.object({
  evaluates: z.boolean(),
  isAccepted: z.boolean(),
  sha256: z.record(z.string(), z.string()).optional(),
  config: z.record(z.string(), z.unknown()).optional(),
  fileSystems: z
    .record(z.string(), z.object({ device: z.string().nullable(), fsType: z.string(), options: z.array(z.string()) }))
    .optional(),
});

const names = readdirSync(folder);
function load(name: string) {
  const text = readFileSync(join(folder, name, 'layout.nix'), 'utf8');
  const expected = expectedSchema.parse(JSON.parse(readFileSync(join(folder, name, 'expected.json'), 'utf8')));
  return { text, expected };
}
function read(text: string) {
  const reading = readLayout(text);
  if (!reading.ok) throw new Error(reading.note.message);
  return reading;
}
function asLayout(data: unknown): Layout {
  const layout = fromJson(data);
  if (!isSet(layout)) throw new Error('not a set');
  return layout;
}

describe('what disko makes of a layout', () => {
  const right = names.filter((name) => !name.startsWith('wrong-'));
  it('was recorded for layouts of every kind', () => {
    expect(right.length).toBeGreaterThan(20);
    expect(names.length - right.length).toBeGreaterThan(20);
  });
  it.each(right)('is what we read, without the options that it computes itself: %s', (name) => {
    const { text, expected } = load(name);
    const resolved = asLayout(expected.config ?? {});
    expect(toJson(withoutDefaults(read(text).layout))).toEqual(toJson(withoutDefaults(resolved)));
  });
  it.each(right)('has the labels, devices, numbers and priorities that we foresee: %s', (name) => {
    const { text, expected } = load(name);
    const resolved = asLayout(expected.config ?? {});
    for (const item of itemsOf(withoutDefaults(read(text).layout))) {
      if (item.type !== 'gpt_partition') continue;
      expect(valueAt(resolved, [...item.path, 'label'])).toBe(partitionLabel(item));
      expect(valueAt(resolved, [...item.path, 'device'])).toBe(partitionDevice(item));
      expect(valueAt(resolved, [...item.path, '_index'])).toBe(partitionNumber(item));
      expect(valueAt(resolved, [...item.path, 'priority'])).toBe(partitionPriority(item));
    }
  });
  it.each(right)('mounts what we say is mounted: %s', (name) => {
    const { text, expected } = load(name);
    const places = itemsOf(read(text).layout)
      .map(mountpointOf)
      .filter((place) => place !== null);
    expect([...new Set(places)].sort()).toEqual(Object.keys(expected.fileSystems ?? {}).sort());
  });
  it.each(right)('is the same for our export, which has not changed since: %s', (name) => {
    const { text } = load(name);
    const { layout, source } = read(text);
    const written = readFileSync(join(folder, name, 'export.nix'), 'utf8');
    expect(formatLayout(withoutDefaults(layout))).toBe(written);
    expect(toJson(read(written).layout)).toEqual(toJson(withoutDefaults(layout)));
    expect(writeLayout(source, layout, layout)).toBe(text);
  });
  it.each(right)('is accepted by us as well: %s', (name) => {
    const errors = checkLayout(read(load(name).text).layout, { firmware: null }).filter(
      (item) => item.severity === 'error',
    );
    expect(errors).toEqual([]);
  });
  it.each(names.filter((name) => name.startsWith('wrong-')))('is a refusal, and we see it before: %s', (name) => {
    const { text, expected } = load(name);
    expect(expected.evaluates && expected.isAccepted).toBe(false);
    const errors = checkLayout(read(text).layout, { firmware: 'uefi' }).filter((item) => item.severity === 'error');
    expect(errors.length).toBeGreaterThan(0);
  });
});
