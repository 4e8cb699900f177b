import { expect, test } from 'vitest';
import { isBackIn, waysBack } from '../../../../../electron/engine/deploy/waves/ways-back.ts';
import type { HostOutcome } from '../../../../../shared/contract/job.ts';

const before = { currentSystem: '/nix/store/old', profileSystem: '/nix/store/old', generation: 3 };
const to = { generation: 3 };
const run = { goal: 'test', system: '/nix/store/old' };

test('a host goes back by its profile where that was changed, and by what ran where it was not', () => {
  expect(waysBack('switch', before)).toEqual([{ goal: 'switch', to }]);
  expect(waysBack('boot', before)).toEqual([{ goal: 'boot', to }]);
  expect(waysBack('test', before)).toEqual([run]);
});

test('where another system ran than booted, both come back', () => {
  const mixed = { ...before, profileSystem: '/nix/store/next' };
  expect(waysBack('switch', mixed)).toEqual([run, { goal: 'boot', to }]);
  expect(waysBack('test', mixed)).toEqual([run]);
});

test('without a profile there is nothing to go back to but what ran', () => {
  const bare = { currentSystem: '/nix/store/old', profileSystem: null, generation: null };
  expect(waysBack('switch', bare)).toBe(null);
  expect(waysBack('test', bare)).toEqual([run]);
  expect(waysBack('test', { ...bare, currentSystem: null })).toBe(null);
});

test('a host is back where it says so, whatever fails there as it did before', () => {
  const at = (state: HostOutcome['state'], generation: number, system = '/nix/store/old') =>
    isBackIn(before, { state, generation, system });
  expect([at('succeeded', 3), at('unchanged', 3), at('switched-with-failures', 3)]).toEqual([true, true, true]);
  expect([at('succeeded', 4), at('succeeded', 3, '/nix/store/new'), at('failed', 3)]).toEqual([false, false, false]);
});
