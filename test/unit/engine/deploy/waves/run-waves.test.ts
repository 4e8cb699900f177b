import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WaveRun, type WaveHosts } from '../../../../../electron/engine/deploy/waves/run-waves.ts';
import type { ExecutorEvent } from '../../../../../electron/engine/jobs/context.ts';
import { hostName, type HostName } from '../../../../../shared/contract/ids.ts';
import type { HostOutcome, Prompt } from '../../../../../shared/contract/job.ts';
import { wavePlan, type Wave } from '../../../../../shared/contract/waves.ts';

const outcome = (state: HostOutcome['state'], code?: string): HostOutcome => {
  const error = code === undefined ? {} : { error: { code, title: '', evidence: '', advice: [] } };
  return { state, generation: 1, system: '/nix/store/x', ...error };
};
const gate = { waitMinutes: 0, isHealthChecked: false, isPaused: false };
const wave = (name: string, hosts: readonly string[], more: Partial<Wave['gate']> = {}): Wave => ({
  name,
  hosts: hosts.map((one) => hostName.parse(one)),
  gate: { ...gate, ...more },
});

interface Setting {
  list: Wave[];
  plan?: object;
  ends?: Record<string, HostOutcome['state']>;
  /** Codes of the problems of hosts that end so. */
  errors?: Record<string, string>;
  /** Hosts that fail before anything is done with them. */
  refused?: readonly string[];
  /** Hosts that are not well when they are asked again. */
  sick?: readonly string[];
  answer?: string;
  /** It is cancelled when this host is through, or before anything. */
  cancelledAt?: string;
}

async function run(setting: Setting) {
  const { list, plan = {}, ends = {}, errors = {}, refused = [], sick = [], answer = 'yes', cancelledAt } = setting;
  const cancelling = new AbortController();
  if (cancelledAt === '') cancelling.abort();
  const done: string[] = [];
  const events: ExecutorEvent[] = [];
  const asked: Omit<Prompt, 'id'>[] = [];
  const hosts: WaveHosts = {
    isRefused: (host) => refused.includes(host),
    deploy: (host) => {
      done.push(`deploy ${host}`);
      if (cancelling.signal.aborted) return Promise.resolve(outcome('cancelled'));
      if (host === cancelledAt) cancelling.abort();
      if (refused.includes(host)) return Promise.resolve(outcome('failed', 'refused'));
      return Promise.resolve(outcome(ends[host] ?? 'succeeded', errors[host]));
    },
    skip: (host) => void done.push(`skip ${host}`),
    check: (host, before) => {
      done.push(`check ${host}`);
      return Promise.resolve(sick.includes(host) ? { ...before, state: 'switched-with-failures' } : null);
    },
    goBack: (host) => {
      done.push(`back ${host}`);
      return Promise.resolve(outcome('reverted'));
    },
  };
  const context = {
    emit: (event: ExecutorEvent) => void events.push(event),
    ask: (prompt: Omit<Prompt, 'id'>) => {
      asked.push(prompt);
      return Promise.resolve(answer);
    },
    signal: cancelling.signal,
  };
  const planned = { plan: wavePlan.parse({ wave: [{ count: 1 }], ...plan }), list };
  const outcomes = await new WaveRun(context, planned, hosts).run();
  const states = Object.fromEntries([...outcomes].map(([host, { state }]) => [host, state]));
  const waves = events.findLast((event) => event.type === 'waves')?.waves;
  const last = waves?.map(({ state }) => state);
  const failed = waves?.map((each) => each.failed);
  return { done, asked, states, last, failed, events, outcomes };
}

test('a wave begins when the one before is through, and its gate with it', async () => {
  const list = [
    wave('canary', ['a'], { isPaused: true, isHealthChecked: true, waitMinutes: 1e-5 }),
    wave('rest', ['b']),
  ];
  const { done, asked, last, events } = await run({ list });
  expect(done).toEqual(['deploy a', 'check a', 'deploy b']);
  expect(asked).toMatchObject([{ kind: 'go-on', text: '“canary” is through. Go on with “rest” (b)?' }]);
  expect(last).toEqual(['done', 'done']);
  const gates = events.flatMap((event) => (event.type === 'waves' ? (event.waves[0]?.waitsFor ?? []) : []));
  expect([...new Set(gates)]).toEqual(['time', 'health', 'person']);
});

test('a failure stops what comes after, and those that are done stay or go back as the plan says', async () => {
  const list = [wave('one', ['a', 'b']), wave('two', ['c']), wave('three', ['d'])];
  const ends = { a: 'reverted' } as const;
  const kept = await run({ list, ends });
  expect(kept.done).toEqual(['deploy a', 'deploy b', 'skip c', 'skip d']);
  expect(kept.states).toEqual({ a: 'reverted', b: 'succeeded', c: 'skipped', d: 'skipped' });
  expect(kept.last).toEqual(['stopped', 'skipped', 'skipped']);
  expect(kept.events.findLast((event) => event.type === 'activity')).toMatchObject({
    activity: { text: 'No other wave begins: a failed in “one” or before', isHalted: true },
  });
  const back = await run({ list, ends, plan: { 'when-stopped': 'go-back' } });
  expect(back.done.slice(-1)).toEqual(['back b']);
  expect(back.states).toMatchObject({ a: 'reverted', b: 'reverted' });
  expect((await run({ list, ends, plan: { 'stop-after': 2 } })).last).toEqual(['done', 'done', 'done']);
});

test('what is not well any more after a wait counts as failed, and a person can say no', async () => {
  const list = [wave('one', ['a'], { isHealthChecked: true, isPaused: true }), wave('two', ['b'])];
  const sick = await run({ list, sick: ['a'] });
  expect(sick.states).toEqual({ a: 'switched-with-failures', b: 'skipped' });
  expect(sick.asked).toEqual([]);
  const stopped = await run({ list, answer: 'no' });
  expect(stopped.states).toEqual({ a: 'succeeded', b: 'skipped' });
  const { error } = stopped.outcomes.get(hostName.parse('b')) ?? {};
  expect([error?.evidence, error?.advice[0]]).toEqual([
    'a person stopped it after “one”',
    expect.not.stringContaining('failed, then'),
  ]);
});

test('of a deploy that is cancelled no wave waits any more, and none failed that did not begin', async () => {
  const list = [wave('one', ['a'], { waitMinutes: 60 }), wave('two', ['b', 'c']), wave('three', ['d'])];
  const waiting = await run({ list, cancelledAt: 'a' });
  expect([waiting.last, waiting.failed]).toEqual([
    ['stopped', 'skipped', 'skipped'],
    [0, 0, 0],
  ]);
  expect(waiting.states).toEqual({ a: 'succeeded', b: 'cancelled', c: 'cancelled', d: 'cancelled' });
  const inLast = await run({ list: list.slice(1), cancelledAt: 'd' });
  expect(inLast.last).toEqual(['done', 'done']);
  expect((await run({ list, cancelledAt: '' })).last).toEqual(['skipped', 'skipped', 'skipped']);
});

test('a wave of which no host was there is not taken for tried: nothing goes on, and nothing goes back', async () => {
  const list = [
    wave('canary', ['a'], { isPaused: true, isHealthChecked: true, waitMinutes: 1e-5 }),
    wave('half', ['b']),
    wave('rest', ['c']),
  ];
  const away = await run({ list, ends: { a: 'skipped' } });
  expect(away.done).toEqual(['deploy a', 'skip b', 'skip c']);
  expect([away.asked, away.last]).toEqual([[], ['stopped', 'skipped', 'skipped']]);
  expect(away.events.findLast((event) => event.type === 'activity')).toMatchObject({
    activity: { text: 'No other wave begins: “canary” was not tried: a could not be reached', isHalted: true },
  });
  // Also where a host that is off counts as failed, and the plan allows for some that fail.
  const off = await run({ list, ends: { a: 'failed' }, errors: { a: 'ssh-unreachable' }, plan: { 'stop-after': 3 } });
  expect(off.states).toEqual({ a: 'failed', b: 'skipped', c: 'skipped' });
  expect((await run({ list, ends: { a: 'failed' }, plan: { 'stop-after': 3 } })).last).toEqual(Array(3).fill('done'));
  const later = await run({ list, ends: { b: 'skipped' }, plan: { 'when-stopped': 'go-back' } });
  expect(later.states).toEqual({ a: 'succeeded', b: 'skipped', c: 'skipped' });
  // After the last one there is nothing that it would have to show.
  expect((await run({ list, ends: { c: 'skipped' } })).last).toEqual(['done', 'done', 'done']);
  const mixed = [wave('two', ['a', 'b']), wave('rest', ['c'])];
  expect((await run({ list: mixed, ends: { a: 'skipped' } })).states).toEqual({
    a: 'skipped',
    b: 'succeeded',
    c: 'succeeded',
  });
});

test('nothing begins where a wave that others wait for cannot be tried', async () => {
  const list = [wave('one', ['a']), wave('canary', ['b']), wave('rest', ['c', 'd'])];
  const { done, states, last, events, outcomes } = await run({
    list,
    refused: ['b', 'd'],
    plan: { 'stop-after': 3, 'when-stopped': 'go-back' },
  });
  expect(done).toEqual(['skip a', 'deploy b', 'skip c', 'deploy d']);
  expect(states).toEqual({ a: 'skipped', b: 'failed', c: 'skipped', d: 'failed' });
  expect(last).toEqual(['skipped', 'stopped', 'skipped']);
  expect(events.find((event) => event.type === 'activity')).toMatchObject({
    activity: { text: 'No wave begins: “canary” cannot be tried: b is refused', isHalted: true },
  });
  expect(outcomes.get(hostName.parse('a'))?.error).toMatchObject({
    code: 'wave-not-reached',
    evidence: '“canary” cannot be tried: b is refused',
  });
});

test('a host that is refused was not tried: it is no failure that stops a wave or lets anything go back', async () => {
  const plan = { 'when-stopped': 'go-back' };
  const list = [wave('one', ['a', 'b']), wave('two', ['c']), wave('three', ['d'])];
  const beside = await run({ list, refused: ['b', 'd'], plan });
  expect(beside.done).toEqual(['deploy a', 'deploy b', 'deploy c', 'deploy d']);
  expect(beside.states).toEqual({ a: 'succeeded', b: 'failed', c: 'succeeded', d: 'failed' });
  expect(beside.last).toEqual(['done', 'done', 'done']);
  const failed = await run({ list, refused: ['b'], ends: { c: 'failed' }, plan: { ...plan, 'stop-after': 2 } });
  expect(failed.last).toEqual(['done', 'done', 'done']);
  const stopped = await run({ list, refused: ['b'], ends: { c: 'failed' }, plan });
  expect(stopped.done.slice(-2)).toEqual(['skip d', 'back a']);
  // The other one of its wave was away.
  const away = await run({ list, refused: ['b'], ends: { a: 'skipped' }, plan });
  expect(away.states).toMatchObject({ c: 'skipped', d: 'skipped' });
  expect(away.outcomes.get(hostName.parse('c'))?.error?.evidence).toBe(
    '“one” was not tried: a, b are refused or could not be reached',
  );
});

test('a host that was put off is not deployed later where the deploy was stopped for a failure', async () => {
  const list = [wave('one', ['a', 'b']), wave('two', ['c'])];
  const errors = { a: 'deploy-offline-later' };
  const failed = await run({ list, ends: { a: 'skipped', b: 'failed' }, errors });
  expect(failed.outcomes.get(hostName.parse('a'))?.error?.code).toBe('wave-not-reached');
  expect(failed.done).toEqual(['deploy a', 'deploy b', 'skip c', 'skip a']);
  const untried = await run({ list, ends: { a: 'skipped', b: 'skipped' }, errors });
  expect(untried.outcomes.get(hostName.parse('a'))?.error?.code).toBe('deploy-offline-later');
});

test('whatever fails, every host has one outcome, and none begins after too many have failed', async () => {
  const state = fc.constantFrom<HostOutcome['state'][]>('succeeded', 'unchanged', 'failed', 'reverted', 'skipped');
  const sizes = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(
      sizes,
      fc.array(state, { minLength: 12, maxLength: 12 }),
      fc.integer({ min: 1, max: 4 }),
      async (counts, states, stopAfter) => {
        let next = 0;
        const list = counts.map((count, index) =>
          wave(
            `w${index}`,
            Array.from({ length: count }, () => `h${next++}`),
          ),
        );
        const ends = Object.fromEntries(states.map((one, index) => [`h${index}`, one]));
        const { done, states: found } = await run({ list, ends, plan: { 'stop-after': stopAfter } });
        const all: HostName[] = list.flatMap(({ hosts }) => hosts);
        expect(Object.keys(found).sort()).toEqual([...all].sort());
        let failed = 0;
        for (const { hosts } of list) {
          for (const host of hosts) expect(done.includes(`deploy ${host}`)).toBe(failed < stopAfter);
          failed += hosts.filter((host) => ends[host] === 'failed' || ends[host] === 'reverted').length;
          if (failed >= stopAfter || hosts.every((host) => ends[host] === 'skipped')) failed = Infinity;
        }
      },
    ),
  );
});
