import { expect, test } from 'vitest';
import { isAsBefore, outcomeOfWayBack, waysBack } from '../../../../../electron/engine/deploy/waves/ways-back.ts';
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

const at = (state: HostOutcome['state'], generation: number, system = '/nix/store/old'): HostOutcome => ({
  state,
  generation,
  system,
});

test('a host is back where it says so, whatever fails there as it did before', () => {
  const told = (back: HostOutcome) => outcomeOfWayBack('nas', before, back);
  for (const state of ['succeeded', 'unchanged', 'switched-with-failures'] as const) {
    expect(told(at(state, 3))).toMatchObject({ state: 'reverted', error: { code: 'wave-went-back' } });
  }
});

test('a host that is not back is told so, however its way back ended', () => {
  const told = (back: HostOutcome) => outcomeOfWayBack('nas', before, back);
  const notBack = { state: 'failed', error: { code: 'wave-not-back' } };
  // What was to be booted before the deploy runs since it restarted, and its generation is the same.
  expect(told(at('unchanged', 3, '/nix/store/next'))).toMatchObject({ ...notBack, system: '/nix/store/next' });
  expect(told(at('succeeded', 4))).toMatchObject({ ...notBack, generation: 4 });
  // Its watchdog undid the way back.
  const remark = { code: 'deploy-reverted-health', title: 'It went back', evidence: 'worse: exit 1', advice: [] };
  const undone = told({ ...at('reverted', 4, '/nix/store/new'), error: remark });
  expect(undone).toMatchObject({ ...notBack, generation: 4, system: '/nix/store/new' });
  expect(undone.error?.evidence).toBe(
    ['before: generation 3, /nix/store/old', 'now: generation 4, /nix/store/new', 'It went back', 'worse: exit 1'].join(
      '\n',
    ),
  );
  expect(told(at('cancelled', 3))).toMatchObject({ ...notBack, state: 'cancelled' });
  expect(told({ state: 'failed', generation: null, system: null }).error?.evidence).toContain('now: not known');
});

test('a host that was only restarted has nothing to go back from', () => {
  expect(isAsBefore(before, at('succeeded', 3))).toBe(true);
  expect(isAsBefore(before, at('switched-with-failures', 3))).toBe(true);
  expect([isAsBefore(before, at('succeeded', 4)), isAsBefore(before, at('succeeded', 3, '/nix/store/new'))]).toEqual([
    false,
    false,
  ]);
});
