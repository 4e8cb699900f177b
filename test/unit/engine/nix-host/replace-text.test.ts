import { expect, test } from 'vitest';
import { TextReplacer } from '../../../../electron/engine/nix-host/replace-text.ts';

const pairs = new Map([
  ['/cache/trees/a', '/home/me/fleet'],
  ['/cache/trees/b', '/home/me/other'],
]);

test('a text that comes in pieces is replaced as one that comes whole, wherever it is cut', () => {
  const text = 'error: at /cache/trees/a/flake.nix:3 and /cache/trees/b/x, not /cache/tree';
  const wanted = 'error: at /home/me/fleet/flake.nix:3 and /home/me/other/x, not /cache/tree';
  for (let first = 0; first <= text.length; first += 1) {
    for (const second of [first, Math.min(text.length, first + 3), text.length]) {
      const replacer = new TextReplacer(pairs);
      const pieces = [text.slice(0, first), text.slice(first, second), text.slice(second)];
      expect(pieces.map((piece) => replacer.push(piece)).join('') + replacer.end()).toBe(wanted);
    }
  }
});

test('what cannot be the beginning of anything comes at once', () => {
  const replacer = new TextReplacer(pairs);
  expect(replacer.push('a line\n')).toBe('a line\n');
  expect(replacer.push('/cache')).toBe('');
  expect(replacer.push('d\n')).toBe('/cached\n');
  expect(new TextReplacer(new Map()).push('x')).toBe('x');
});
