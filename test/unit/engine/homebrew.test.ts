import { expect, test } from 'vitest';
import { withHomebrew } from '../../../electron/engine/homebrew.ts';

test('what the Dock of a Mac starts finds what Homebrew has installed, before what macOS has', () => {
  const ofDock = '/usr/bin:/bin:/usr/sbin:/sbin';
  const isThere = (folder: string): boolean => folder === '/opt/homebrew/bin';
  expect(withHomebrew(ofDock, isThere)).toBe(`/opt/homebrew/bin:${ofDock}`);
  const ofShell = `${ofDock}:/opt/homebrew/bin`;
  expect(withHomebrew(ofShell, isThere)).toBe(ofShell);
});
