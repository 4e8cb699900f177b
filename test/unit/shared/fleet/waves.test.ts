import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostName } from '../../../../shared/contract/ids.ts';
import { wavePlan, type Wave, type WavePlan } from '../../../../shared/contract/waves.ts';
import { gateText, mayGoOn, planWaves } from '../../../../shared/fleet/waves.ts';

const plan = (...wave: WavePlan['wave']): WavePlan => wavePlan.parse({ wave });
const host = (name: string, ...tags: string[]) => ({ name: hostName.parse(name), tags, system: 'x86_64-linux' });
const wavesOf = (of: WavePlan, hosts: Parameters<typeof planWaves>[1]): Wave[] => {
  const planned = planWaves(of, hosts);
  if ('mistake' in planned) throw new Error(planned.mistake.message);
  return planned.waves;
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
      const waves = wavesOf(of, hosts);
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
  expect(planWaves(plan({ on: '(@web' }), [host('a')])).toMatchObject({ mistake: { text: '(@web' } });
  expect(planWaves(plan({ on: 'state:outdated' }), [host('a')])).toMatchObject({ mistake: { wave: 'state:outdated' } });
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
