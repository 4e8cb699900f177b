import { expect, test } from 'vitest';
import { parseComparison } from '../../../../electron/engine/deploy/changes/compare-generations.ts';

const path = (name: string): string => `/nix/store/${'0'.repeat(32)}-${name}`;
const answer = [
  `before\t${path('nginx-1.0')}\t    100`,
  `before\t${path('htop-3.4')}\t     20`,
  `after\t${path('nginx-1.1')}\t    130`,
  `part\tkernel\t${path('linux-6.1')}\t${path('linux-6.2')}`,
  `part\tinitrd\t${path('initrd')}\t${path('initrd')}`,
  'end\tyes',
  '',
].join('\n');

test('packages, sizes and what only a reboot changes are read from the answer', () => {
  expect(parseComparison(answer)).toEqual({
    packages: [
      { name: 'nginx', kind: 'upgraded', before: ['1.0'], after: ['1.1'], bytes: 30 },
      { name: 'htop', kind: 'removed', before: ['3.4'], after: [], bytes: -20 },
    ],
    addedBytes: 130,
    removedBytes: 120,
    rebootFor: ['kernel'],
  });
});

test('an answer that was cut off is none', () => {
  expect(parseComparison(answer.replace('end\tyes\n', ''))).toBe(null);
});
