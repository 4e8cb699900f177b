import { expect, test } from 'vitest';
import { parseBootState } from '../../../../../electron/engine/deploy/reboot/boot-state.ts';
import { losesKeys, whyReboot } from '../../../../../electron/engine/deploy/reboot/host-reboot.ts';
import { RebootTurns } from '../../../../../electron/engine/deploy/reboot/turns.ts';

const { signal } = new AbortController();

test('the state of a boot is read whole or not at all', () => {
  const text =
    'boot\tb-1\ncurrent\t/nix/store/a\nbooted\t/nix/store/b\nchanged\tkernel\nchanged\tinitrd\nstate\tstarting\nend\tyes\n';
  expect(parseBootState(text)).toEqual({
    bootId: 'b-1',
    currentSystem: '/nix/store/a',
    bootedSystem: '/nix/store/b',
    changed: ['kernel', 'initrd'],
    isUp: false,
  });
  expect(parseBootState(text.replace('starting', 'degraded'))?.isUp).toBe(true);
  expect(parseBootState(text.replace('end\tyes\n', ''))).toBeNull();
});

test('a restart is for another kernel, and for a system that waits for the next boot', () => {
  const state = { bootId: 'b', currentSystem: '/old', bootedSystem: '/old', changed: [], isUp: true };
  expect(whyReboot('switch', '/new', state)).toBeNull();
  expect(whyReboot('switch', '/new', { ...state, changed: ['kernel', 'systemd'] })).toBe('for another kernel, systemd');
  expect(whyReboot('boot', '/new', state)).toBe('for the new system');
  expect(whyReboot('boot', '/old', state)).toBeNull();
});

test('a host with keys loses them where none are uploaded after its restart', () => {
  const keys = { source: 'colmenaHive' as const, names: ['token'] };
  const uploaded = { all: () => Promise.resolve() };
  expect([losesKeys({ keys }, null), losesKeys({ keys }, uploaded), losesKeys({ keys: null }, null)]).toEqual([
    true,
    false,
    false,
  ]);
});

test('of each tag one host restarts at a time, and none after one that did not come back', async () => {
  const turns = new RebootTurns();
  const told: string[] = [];
  const restart = (host: string, tags: string[], isBack = true) =>
    turns.run(host, tags, signal, async () => {
      told.push(`${host} goes`);
      await Promise.resolve();
      told.push(`${host} is ${isBack ? 'back' : 'lost'}`);
      return isBack;
    });
  const lost = await Promise.all([
    restart('a', ['web', 'dns']),
    restart('b', ['dns', 'web'], false),
    restart('c', ['dns']),
    restart('d', ['other']),
    restart('e', []),
  ]);
  expect(lost).toEqual([null, null, 'b', null, null]);
  const ofWeb = told.filter((line) => /^[abc]/.test(line));
  expect(ofWeb).toEqual(['a goes', 'a is back', 'b goes', 'b is lost']);
});
