import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostName } from '../../../../shared/contract/ids.ts';
import { wavePlan, type Wave, type WavePlan } from '../../../../shared/contract/waves.ts';
import { emptyWavesText, gateText, mayGoOn, planWaves } from '../../../../shared/fleet/waves.ts';

const plan = (...wave: WavePlan['wave']): WavePlan => wavePlan.parse({ wave });
const host = (name: string, ...tags: string[]) => ({
  name: hostName.parse(name),
  tags,
  system: 'x86_64-linux',
  problem: null,
});
type Hosts = Parameters<typeof planWaves>[1];
const planned = (of: WavePlan, hosts: Hosts, fleet: Hosts = hosts) => planWaves(of, hosts, { fleet, saved: new Map() });
const wavesOf = (of: WavePlan, hosts: Hosts, fleet = hosts): Wave[] => {
  const found = planned(of, hosts, fleet);
  if ('mistake' in found) throw new Error(found.mistake.message);
  return found.waves;
};

const tags = fc.subarray(['web', 'db', 'canary']);
const someHosts = fc
  .array(tags, { minLength: 1, maxLength: 30 })
  .map((all) => all.map((own, index) => host(`h${index}`, ...own)));
const someWave = fc.oneof(
  fc.constantFrom('@web', '@db', '@canary', 'h1*', '!@web', 'h3, @db').map((on) => ({ on })),
  fc.integer({ min: 1, max: 9 }).map((count) => ({ count })),
  fc.integer({ min: 1, max: 100 }).map((percent) => ({ percent })),
);
const somePlan = fc.array(someWave, { minLength: 1, maxLength: 6 }).map((wave) => plan(...wave));

test('every host is in exactly one wave, no wave is empty, and within a wave hosts keep their order', () => {
  fc.assert(
    fc.property(somePlan, someHosts, (of, hosts) => {
      const waves = wavesOf(of, hosts, [...hosts, host('h1', 'web', 'db', 'canary'), host('h3')]);
      const names = hosts.map(({ name }) => name);
      const all = waves.flatMap((wave) => wave.hosts);
      expect([...all].sort()).toEqual([...names].sort());
      for (const wave of waves) {
        expect(wave.hosts.length).toBeGreaterThan(0);
        const places = wave.hosts.map((name) => names.indexOf(name));
        expect(places).toEqual([...places].sort((a, b) => a - b));
      }
      expect(waves.length).toBeLessThanOrEqual(of.wave.length + 1);
    }),
  );
});

test('shares that add up to all hosts leave no rest, whatever their number', () => {
  fc.assert(
    fc.property(someHosts, (hosts) => {
      const waves = wavesOf(plan({ percent: 10 }, { percent: 30 }, { percent: 60 }), hosts);
      expect(waves.map(({ name }) => name)).not.toContain('the rest');
      expect(waves[0]?.hosts).toHaveLength(Math.ceil(hosts.length / 10));
    }),
  );
});

test('once too many have failed nothing that fails more lets it go on', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(9), fc.nat(9), (stopAfter, failed, more) => {
      const of = { 'stop-after': stopAfter };
      expect(mayGoOn(of, failed)).toBe(failed < stopAfter);
      if (!mayGoOn(of, failed)) expect(mayGoOn(of, failed + more)).toBe(false);
    }),
  );
});

test('a canary, then by tag, then what is left', () => {
  const hosts = [host('a', 'web'), host('b', 'db'), host('c', 'web'), host('d')];
  const waves = wavesOf(plan({ count: 1, wait: 10, pause: true }, { on: '@web', name: 'web' }), hosts);
  expect(waves.map(({ name, hosts: own }) => [name, own])).toEqual([
    ['canary', ['a']],
    ['web', ['c']],
    ['the rest', ['b', 'd']],
  ]);
  expect(waves.map(({ gate }) => gateText(gate))).toEqual(['waits 10 min, then waits for you', '', '']);
});

test('a selection that is wrong, or goes by states, is said before anything begins', () => {
  expect(planned(plan({ on: '(@web' }), [host('a')])).toMatchObject({ mistake: { text: '(@web' } });
  expect(planned(plan({ on: 'state:outdated' }), [host('a')])).toMatchObject({ mistake: { wave: 'state:outdated' } });
});

test('a wave that no host of the fleet is in is a mistake; one without any of those that are deployed falls away', () => {
  const [a, b] = [host('a', 'canary'), host('b')];
  const mistake = { wave: '@cannary', text: '@cannary', message: 'it matches no host of the fleet' };
  expect(planned(plan({ on: '@cannary', pause: true }), [a, b])).toEqual({ mistake });
  // Which tags a host has that cannot be read is not known.
  const unread = { ...host('c'), problem: { code: 'x', title: '', evidence: '', advice: [] } };
  expect(planned(plan({ on: '@cannary' }), [a, b], [a, b, unread])).toMatchObject({ empty: ['@cannary'] });
  const of = plan({ on: '@canary', pause: true }, { on: 'a', name: 'a again' }, { count: 3 });
  expect(planned(of, [b], [a, b])).toMatchObject({ waves: [{ hosts: ['b'] }], empty: ['@canary', 'a again'] });
  expect(planned(of, [a, b])).toMatchObject({ waves: [{ hosts: ['a'] }, { hosts: ['b'] }], empty: ['a again'] });
  expect([[], ['x'], ['x', 'y']].map((names) => emptyWavesText(names, names.length > 1))).toEqual([
    null,
    'No host is left for “x”: all go at once.',
    'No host is left for “x”, “y”.',
  ]);
});

test('a wave says in exactly one way who is in it', () => {
  const reads = (one: object): boolean => wavePlan.safeParse({ wave: [one] }).success;
  expect([{ on: '@web' }, { count: 1 }, { percent: 5 }].map(reads)).toEqual([true, true, true]);
  expect([{}, { on: '@a', count: 1 }, { count: 0 }, { percent: 101 }, { count: 1, wiat: 3 }].map(reads)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});
