import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { withoutDefaults } from '../../../../shared/disko/defaults.ts';
import { formatLayout } from '../../../../shared/disko/format.ts';
import { fromJson, isSame, isSet, toJson, type Layout, type LayoutPath } from '../../../../shared/disko/layout.ts';
import * as operations from '../../../../shared/disko/operations.ts';
import { readLayout } from '../../../../shared/disko/read-source.ts';
import { checkLayout } from '../../../../shared/disko/rules/index.ts';
import { itemsOf } from '../../../../shared/disko/walk.ts';
import { ReadOnlyLayout, writeLayout } from '../../../../shared/disko/write-source.ts';

// Thousands of generated cases take their time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const name = fc.oneof(
  fc.constantFrom('root', 'home', 'data', 'ESP', 'a', 'b'),
  fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 }).filter((text) => text.trim() !== ''),
);
const size = fc.constantFrom('1G', '512M', '20G', '100%');
const mountpoint = fc.constantFrom('/', '/home', '/nix', '/srv/data', '/var');
const options = fc.array(fc.string({ maxLength: 8 }), { maxLength: 3 });
const file = fc.record(
  {
    type: fc.constant('filesystem'),
    format: fc.constantFrom('ext4', 'xfs'),
    mountpoint,
    mountOptions: options,
    postMountHook: fc.string(),
  },
  { requiredKeys: ['type', 'format'] },
);
const btrfs = fc.record(
  {
    type: fc.constant('btrfs'),
    extraArgs: options,
    subvolumes: fc.dictionary(name, fc.record({ mountpoint, mountOptions: options }, { requiredKeys: [] }), {
      maxKeys: 3,
    }),
  },
  { requiredKeys: ['type'] },
);
const plain = fc.oneof(
  file,
  btrfs,
  fc.constant({ type: 'swap' }),
  fc.constant({ type: 'lvm_pv', vg: 'v' }),
  fc.constant({ type: 'zfs', pool: 'z' }),
);
const content = fc.oneof(
  plain,
  fc.record({ type: fc.constant('luks'), name, settings: fc.record({ allowDiscards: fc.boolean() }), content: plain }),
);
const partition = fc.record(
  { size, content, priority: fc.integer({ min: 1, max: 9000 }), type: fc.constantFrom('8300', 'EF00') },
  { requiredKeys: ['size'] },
);
const disk = fc.record({
  type: fc.constant('disk'),
  device: fc.string({ unit: 'grapheme-ascii', maxLength: 12 }).map((text) => `/dev/${text}`),
  content: fc.record({ type: fc.constant('gpt'), partitions: fc.dictionary(name, partition, { maxKeys: 5 }) }),
});
const layouts: fc.Arbitrary<Layout> = fc
  .record(
    {
      disk: fc.dictionary(name, disk, { minKeys: 1, maxKeys: 3 }),
      lvm_vg: fc.constant({
        v: {
          type: 'lvm_vg',
          lvs: { x: { size: '5G', content: { type: 'filesystem', format: 'ext4', mountpoint: '/lv' } } },
        },
      }),
      zpool: fc.constant({
        z: {
          type: 'zpool',
          mode: '',
          rootFsOptions: { mountpoint: 'none' },
          datasets: { d: { type: 'zfs_fs', mountpoint: '/d' } },
        },
      }),
      nodev: fc.constant({ '/tmp': { fsType: 'tmpfs', mountOptions: ['size=1G'] } }),
    },
    { requiredKeys: ['disk'] },
  )
  .map((value) => {
    const layout = fromJson(JSON.parse(JSON.stringify(value)));
    if (!isSet(layout)) throw new Error('not a set');
    return layout;
  });

function read(text: string) {
  const reading = readLayout(text);
  if (!reading.ok) throw new Error(`${reading.note.message}\n${text}`);
  return reading;
}

type Step = (layout: Layout, pick: (paths: LayoutPath[]) => LayoutPath | undefined) => Layout;
const partitionsOf = (layout: Layout): LayoutPath[] =>
  itemsOf(layout)
    .filter((item) => item.type === 'gpt_partition')
    .map((item) => item.path);
const at = (paths: LayoutPath | undefined): LayoutPath => {
  if (!paths) throw new operations.OperationError('There is nothing.');
  return paths;
};
const steps: readonly Step[] = [
  (layout, pick) => operations.resize(layout, at(pick(partitionsOf(layout))), '7G'),
  (layout, pick) => operations.move(layout, at(pick(partitionsOf(layout))), 0),
  (layout, pick) => operations.move(layout, at(pick(partitionsOf(layout))), 9),
  (layout, pick) => operations.wrapInLuks(layout, at(pick(partitionsOf(layout))), 'crypt'),
  (layout, pick) => operations.wrapInLvm(layout, at(pick(partitionsOf(layout))), 'vg "new"', 'root'),
  (layout, pick) => operations.wrapInArray(layout, [at(pick(partitionsOf(layout)))], 'md', 1),
  (layout, pick) => operations.unwrap(layout, at(pick(partitionsOf(layout)))),
  (layout, pick) => operations.convertToBtrfs(layout, at(pick(partitionsOf(layout)))),
  (layout, pick) => operations.split(layout, at(pick(partitionsOf(layout))), 'second half', '256M'),
  (layout, pick) => operations.rename(layout, at(pick(partitionsOf(layout))), 'new name', true),
  (layout, pick) => operations.rename(layout, at(pick(partitionsOf(layout))), '${x}', false),
  (layout, pick) => operations.remove(layout, at(pick(partitionsOf(layout)))),
  (layout, pick) =>
    operations.remove(
      layout,
      at(
        pick(
          itemsOf(layout)
            .filter((item) => item.path.length === 2)
            .map((item) => item.path),
        ),
      ),
    ),
  (layout, pick) =>
    operations.rename(
      layout,
      at(
        pick(
          itemsOf(layout)
            .filter((item) => item.path.length === 2)
            .map((item) => item.path),
        ),
      ),
      'other',
      true,
    ),
  (layout) =>
    operations.convertToMirror(layout, Object.keys(isSet(layout['disk']) ? layout['disk'] : {})[0] ?? '', {
      name: 'twin',
      device: '/dev/twin',
    }),
  (layout) => operations.copyToAnotherMachine(layout),
];
const sequences = fc.array(fc.tuple(fc.nat(steps.length - 1), fc.nat()), { maxLength: 8 });

/** Does a step, or nothing where it makes no sense. */
function done(layout: Layout, [step, seed]: readonly [number, number]): Layout {
  try {
    return steps[step]?.(layout, (paths) => paths[seed % Math.max(1, paths.length)]) ?? layout;
  } catch (error) {
    if (error instanceof operations.OperationError) return layout;
    throw error;
  }
}

describe('any layout', () => {
  it('exports to Nix that imports to the same layout, in full and without defaults', () => {
    fc.assert(
      fc.property(layouts, (layout) => {
        expect(isSame(read(formatLayout(layout)).layout, layout)).toBe(true);
        const short = withoutDefaults(layout);
        expect(isSame(withoutDefaults(read(formatLayout(short)).layout), short)).toBe(true);
        expect(isSame(fromJson(JSON.parse(JSON.stringify(toJson(layout)))), layout)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
  it('is checked without a fault of the rules, whatever it is', () => {
    fc.assert(
      fc.property(layouts, (layout) => {
        for (const firmware of [null, 'uefi', 'bios', 'both', 'rpi'] as const) {
          for (const finding of checkLayout(layout, { firmware, diskBytes: { root: 5e11 }, memoryBytes: 1e10 })) {
            expect(finding.message).toMatch(/[.!?)]$/);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
  it('comes back from any sequence of operations that is undone', () => {
    fc.assert(
      fc.property(layouts, sequences, (layout, chosen) => {
        const before = JSON.stringify(toJson(layout));
        let history = operations.startHistory(layout);
        for (const step of chosen) history = operations.record(history, done(history.present, step));
        const { length } = history.past;
        const end = history.present;
        for (let count = 0; count < length; count++) history = operations.undo(history);
        expect(history.present).toBe(layout);
        expect(JSON.stringify(toJson(layout))).toBe(before);
        for (let count = 0; count < length; count++) history = operations.redo(history);
        expect(history.present).toBe(end);
      }),
      { numRuns: 200 },
    );
  });
  it('is written into its own text by any sequence of operations, and read back as the same', () => {
    fc.assert(
      fc.property(layouts, sequences, (layout, chosen) => {
        let text = formatLayout(layout);
        for (const step of chosen) {
          const reading = read(text);
          const after = done(reading.layout, step);
          try {
            text = writeLayout(reading.source, reading.layout, after);
          } catch (error) {
            if (!(error instanceof ReadOnlyLayout)) throw error;
            continue;
          }
          const again = read(text).layout;
          if (!isSame(again, after)) expect(toJson(again)).toEqual(toJson(after));
        }
      }),
      { numRuns: 150 },
    );
  });
});
