import { expect, test } from 'vitest';
import { saysTrusted } from '../../../../electron/engine/deploy/nix-trust.ts';

test('a daemon says whether it trusts a user; one that does not say it, or no answer, is none that does', () => {
  expect(saysTrusted('{"trusted":1,"url":"daemon","version":"2.26.3"}\n')).toBe(true);
  expect(saysTrusted('{"trusted":true,"url":"daemon"}')).toBe(true);
  expect(saysTrusted('{"trusted":0,"url":"daemon","version":"2.26.3"}')).toBe(false);
  expect(saysTrusted('{"url":"daemon","version":"2.13.6"}')).toBe(false);
  expect(saysTrusted('')).toBe(false);
});
