import { expect, test } from 'vitest';
import { bootHint, estimateWords, roomWords } from '../../../../renderer/install/machine-words.ts';

test('that a system fits is said only where the room is known', () => {
  expect(roomWords({ closureBytes: 2_000_000_000, room: { bytes: 20_000_000_000, where: '/' } })).toMatch(
    /^2(\.0)? GB fit into the 20(\.0)? GB of \/$/,
  );
  const unknown = roomWords({ closureBytes: 2_000_000_000, room: null });
  expect(unknown).toContain('whether they fit is not known');
});

test('how long an install may take is told by earlier ones alone', () => {
  expect(estimateWords(null)).toMatch(/^No estimate yet/);
  expect(estimateWords({ count: 1, shortestMs: 70_000, longestMs: 70_000 })).toContain('took 1 min 10 s');
  expect(estimateWords({ count: 3, shortestMs: 60_000, longestMs: 120_000 })).toContain('took 1 min to 2 min');
});

test('a machine that did not tell its firmware is not taken for one with BIOS', () => {
  expect(bootHint('unknown')).toMatch(/UEFI.*BIOS/);
  expect(bootHint('bios')).not.toMatch(/UEFI/);
});
