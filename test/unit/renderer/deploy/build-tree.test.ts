import { describe, expect, it } from 'vitest';
import { countBuilds, treeRows } from '../../../../renderer/deploy/build-tree.ts';
import type { BuildNode } from '../../../../shared/contract/job.ts';
import { aBuild } from '../invented.ts';

/** The drawing as indented names. */
function drawn(
  nodes: readonly BuildNode[],
  isExpanded: (key: string) => boolean | undefined = () => undefined,
): string[] {
  return treeRows(nodes, isExpanded).map(({ node, depth }) => '  '.repeat(depth - 1) + node.name);
}

describe('the build tree', () => {
  const nodes = [
    aBuild('etc', 'done', ['unit']),
    aBuild('system', 'waiting', ['etc', 'kernel']),
    aBuild('kernel', 'running', ['source']),
    aBuild('source', 'done'),
    aBuild('unit', 'done'),
  ];

  it('begins with what nothing else needs, and opens the way to what runs', () => {
    expect(drawn(nodes)).toEqual(['system', '  kernel', '  etc']);
  });
  it('opens what a person opens and closes what a person closes', () => {
    expect(drawn(nodes, () => true)).toEqual(['system', '  kernel', '    source', '  etc', '    unit']);
    expect(drawn(nodes, () => false)).toEqual(['system']);
  });
  it('puts failures first and opens the way to them', () => {
    const failing = [
      aBuild('system', 'waiting', ['ok', 'b']),
      aBuild('ok', 'done'),
      aBuild('b', 'waiting', ['bad']),
      aBuild('bad', 'failed'),
    ];
    expect(drawn(failing)).toEqual(['system', '  b', '    bad', '  ok']);
  });
  it('draws the inputs of what is needed twice once', () => {
    const shared = [
      aBuild('top', 'running', ['a', 'b']),
      aBuild('a', 'running', ['c']),
      aBuild('b', 'running', ['c']),
      aBuild('c', 'running', ['d']),
      aBuild('d', 'running'),
    ];
    const rows = treeRows(shared, () => true);
    expect(rows.map((row) => row.node.name)).toEqual(['top', 'a', 'c', 'd', 'b', 'c']);
    expect(rows.at(-1)).toMatchObject({ isRepeated: true, hasChildren: false });
    expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
  });
  it('does not hang on data that no build can have', () => {
    expect(drawn([aBuild('a', 'running', ['b']), aBuild('b', 'running', ['a'])], () => true).length).toBeLessThan(6);
  });
  it('ignores inputs that this build does not make', () => {
    expect(drawn([aBuild('a', 'running', ['elsewhere'])])).toEqual(['a']);
  });
  it('counts by state', () => {
    expect(countBuilds(nodes)).toEqual({ total: 5, done: 3, running: 1, failed: 0 });
  });
});
