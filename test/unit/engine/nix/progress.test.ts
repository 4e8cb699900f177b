import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ProgressView } from '../../../../electron/engine/nix/progress-view.ts';
import { NixProgress } from '../../../../electron/engine/nix/progress.ts';
import { readTranscript } from './transcripts.ts';

const event = (value: object): string => `@nix ${JSON.stringify(value)}\n`;
const drv = (name: string): string => `/nix/store/${'0'.repeat(32)}-${name}.drv`;
const store = (name: string): string => `/nix/store/${'1'.repeat(32)}-${name}`;

/** Nix's ids, in the words of its own lines. */
const start = (id: number, type: number, fields: unknown[] = [], text = '', parent = 0): string =>
  event({ action: 'start', id, level: text === '' ? 0 : 3, parent, text, type, fields });
const stop = (id: number): string => event({ action: 'stop', id });
const result = (id: number, type: number, fields: unknown[]): string => event({ action: 'result', fields, id, type });
const error = (raw: string): string =>
  event({ action: 'msg', level: 0, msg: `error: ${raw}`, raw_msg: raw, file: null, line: null, column: null });

const builds = 1;
const startBuilds = start(builds, 104);
const startBuild = (id: number, name: string, machine = ''): string =>
  start(id, 105, [drv(name), machine, 1, 1], `building '${drv(name)}'`);
/** Of all builds: done, expected, running, failed. */
const counted = (...numbers: [number, number, number, number]): string => result(builds, 105, numbers);

function after(text: string, ended?: boolean): ProgressView {
  const progress = new NixProgress();
  progress.push(text, 1000);
  if (ended !== undefined) progress.finish(2000, ended);
  return progress.view(2000);
}

const stateOf = (view: ProgressView, name: string): string | undefined =>
  view.nodes.find((node) => node.name === name)?.state;

describe('the state of a build', () => {
  test('tells planned, running, done and failed derivations apart', () => {
    const plan = ['a', 'b', 'c', 'd'].map((name) => event({ action: 'msg', level: 3, msg: `  ${drv(name)}` }));
    const view = after(
      [
        event({ action: 'msg', level: 3, msg: 'these 4 derivations will be built:' }),
        ...plan,
        startBuilds,
        startBuild(2, 'a'),
        counted(1, 4, 0, 0),
        stop(2),
        startBuild(3, 'b', 'ssh://builder'),
        startBuild(4, 'c'),
        result(3, 104, ['buildPhase']),
        counted(1, 4, 1, 1),
        stop(4),
      ].join(''),
    );
    expect(view.builds).toEqual({ expected: 4, running: 1, done: 1, failed: 1 });
    expect(view.nodes).toEqual([
      expect.objectContaining({ name: 'a', kind: 'build', state: 'done', startedAt: 1000, endedAt: 1000 }),
      expect.objectContaining({ name: 'b', state: 'running', phase: 'buildPhase', machine: 'ssh://builder' }),
      expect.objectContaining({ name: 'c', state: 'failed', machine: null }),
      expect.objectContaining({ name: 'd', state: 'waiting', startedAt: null, endedAt: null }),
    ]);
  });

  test('takes a build that stops without nix counting it as broken off', () => {
    const view = after(startBuilds + startBuild(2, 'a') + counted(0, 1, 1, 0) + stop(2));
    expect(stateOf(view, 'a')).toBe('waiting');
  });

  test('believes an error message more than the counts', () => {
    const view = after(
      startBuilds +
        startBuild(2, 'a') +
        counted(1, 1, 0, 0) +
        stop(2) +
        error(`builder for '${drv('a')}' failed with exit code 1`),
    );
    expect(view.builds).toEqual({ expected: 1, running: 0, done: 0, failed: 1 });
  });

  test('blames the derivation that failed and not those that needed it, in both versions’ words', () => {
    for (const waited of [
      `1 dependencies of derivation '${drv('top')}' failed to build`,
      `Cannot build '${drv('top')}'.\nReason: 1 dependency failed.\nOutput paths:\n  ${store('top')}`,
    ]) {
      const view = after(error(`builder for '${drv('a')}' failed with exit code 1`) + error(waited));
      expect(view.failures.map((failure) => failure.name)).toEqual(['a']);
    }
  });

  test('keeps each of several failures, with its own log, when nix goes on', () => {
    const view = after(
      [
        startBuilds,
        startBuild(2, 'a'),
        startBuild(3, 'b'),
        result(2, 101, ['from a']),
        result(3, 101, ['from b']),
        result(2, 101, ['more from a']),
        counted(0, 2, 1, 1),
        stop(2),
        error(`Cannot build '${drv('a')}'.\nReason: builder failed with exit code 1.`),
        counted(0, 2, 0, 2),
        stop(3),
        error(`Cannot build '${drv('b')}'.\nReason: builder failed with exit code 2.`),
      ].join(''),
    );
    expect(view.failures.map(({ name, logTail }) => ({ name, logTail }))).toEqual([
      { name: 'a', logTail: ['from a', 'more from a'] },
      { name: 'b', logTail: ['from b'] },
    ]);
    expect(view.builds.failed).toBe(2);
  });

  test('keeps only the end of a long log', () => {
    const lines = Array.from({ length: 1000 }, (_, i) => result(2, 101, [`line ${i}`])).join('');
    const view = after(
      startBuilds + startBuild(2, 'a') + lines + error(`builder for '${drv('a')}' failed with exit code 1`),
    );
    const tail = view.failures[0]?.logTail ?? [];
    expect(tail.length).toBeLessThanOrEqual(50);
    expect(tail.at(-1)).toBe('line 999');
  });

  test('counts what another nix built meanwhile as done once nix has succeeded', () => {
    const plan =
      event({ action: 'msg', level: 3, msg: 'this derivation will be built:' }) +
      event({ action: 'msg', level: 3, msg: `  ${drv('a')}` });
    expect(stateOf(after(plan), 'a')).toBe('waiting');
    expect(stateOf(after(plan, false), 'a')).toBe('waiting');
    expect(stateOf(after(plan, true), 'a')).toBe('done');
  });

  test('does not mix up activities whose ids are too large for a number', () => {
    const first = '18014398509481984';
    const second = '18014398509481985';
    const raw = (id: string, name: string): string =>
      `@nix {"action":"start","fields":["${drv(name)}","",1,1],"id":${id},"level":3,"parent":0,"text":"building","type":105}\n`;
    const log = (id: string, text: string): string =>
      `@nix {"action":"result","fields":["${text}"],"id":${id},"type":101}\n`;
    const view = after(
      raw(first, 'a') +
        raw(second, 'b') +
        log(first, 'of a') +
        log(second, 'of b') +
        error(`builder for '${drv('a')}' failed with exit code 1`),
    );
    expect(view.failures[0]?.logTail).toEqual(['of a']);
  });

  test('connects derivations by what the caller knows and by nix’s own parents', () => {
    const progress = new NixProgress();
    progress.push(startBuild(2, 'top'), 0);
    progress.setInputs(new Map([[drv('top'), [drv('lib'), drv('elsewhere')]]]));
    expect(progress.view(0).nodes[0]?.inputs).toEqual([]);
    progress.push(startBuild(3, 'lib'), 0);
    expect(progress.view(0).nodes[0]?.inputs).toEqual([drv('lib')]);
    progress.push(start(4, 100, [store('source'), 'local', 'ssh://builder'], 'copying', 2), 0);
    expect(progress.view(0).nodes[0]?.inputs).toEqual([drv('lib'), store('source')]);
  });

  test('tells which nodes changed, once each', () => {
    const progress = new NixProgress();
    progress.push(startBuild(2, 'a') + startBuild(3, 'b'), 0);
    expect(progress.takeChangedNodes().map((node) => node.name)).toEqual(['a', 'b']);
    expect(progress.takeChangedNodes()).toEqual([]);
    progress.push(result(3, 104, ['checkPhase']), 0);
    expect(progress.takeChangedNodes()).toEqual([expect.objectContaining({ name: 'b', phase: 'checkPhase' })]);
  });
});

describe('the state of a transfer', () => {
  const realise = 9;
  const substitution =
    start(realise, 102) +
    result(realise, 106, [100, 3000]) +
    result(realise, 106, [101, 1000]) +
    start(2, 108, [store('hello'), 'https://cache.example'], '', 0) +
    start(3, 100, [store('hello'), 'https://cache.example', 'local'], 'copying path', 2) +
    start(4, 101, ['https://cache.example/nar/x.nar.xz'], 'downloading', 3);

  test('shows a path from a binary cache as one fetch, with unpacked and downloaded bytes', () => {
    const view = after(substitution + result(3, 105, [500, 2000, 0, 0]) + result(4, 105, [200, 700, 0, 0]));
    expect(view.fetches).toEqual({ expected: 1, running: 1, done: 0, failed: 0 });
    expect(view.nodes).toEqual([expect.objectContaining({ kind: 'fetch', machine: 'https://cache.example' })]);
    expect(view.bytes).toMatchObject({ done: 500, total: 3000 });
    expect(view.downloads).toMatchObject({ done: 200, total: 1000 });
  });

  test('ends the fetch when the substitution ends', () => {
    const view = after(substitution + result(3, 105, [2000, 2000, 0, 0]) + stop(4) + stop(3) + stop(2));
    expect(view.fetches).toEqual({ expected: 1, running: 0, done: 1, failed: 0 });
  });

  test('does not take a fetch that broke off as done', () => {
    const view = after(substitution + result(3, 105, [500, 2000, 0, 0]) + stop(4) + stop(3) + stop(2));
    expect(view.fetches.done).toBe(0);
  });

  test('gives the speed of the last seconds, which falls to nothing when nothing comes any more', () => {
    const progress = new NixProgress();
    progress.push(start(1, 100, [store('a'), 'local', 'ssh-ng://'], 'copying'), 0);
    expect(progress.view(0).bytes.perSecond).toBeNull();
    for (let at = 0; at <= 5000; at += 100) progress.push(result(1, 105, [(at + 100) * 1000, 10_000_000, 0, 0]), at);
    expect(progress.view(5000).bytes.perSecond).toBeGreaterThan(900_000);
    expect(progress.view(5000).bytes.perSecond).toBeLessThan(1_100_000);
    expect(progress.view(20_000).bytes.perSecond).toBe(0);
  });
});

describe('any text', () => {
  const odd = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom(
      '\n',
      '\r',
      '\r\n',
      '@nix ',
      '@nix {',
      '@nix {"action":"start"}',
      '\u001b[31m',
      '\u001b]0;title\u0007',
      '\u0000',
      '\ud800',
      '@nix {"action":"result","fields":[1,2,3,4],"id":1,"type":105}\n',
      '@nix {"action":"result","fields":["\\u001b[2J"],"id":1,"type":101}\n',
      '@nix {"action":"msg","level":0,"msg":null}\n',
      'error:',
      "error: builder for '/nix/store/x.drv' failed\n",
      '       at ',
    ),
  );

  test('is understood or passed on, and never throws', () => {
    fc.assert(
      fc.property(fc.array(odd, { maxLength: 60 }), fc.boolean(), (parts, hasSucceeded) => {
        const progress = new NixProgress();
        let log = '';
        for (const part of parts) log += progress.push(part, 0);
        log += progress.finish(0, hasSucceeded);
        const view = progress.view(0);
        // Nothing in what is shown or logged drives a terminal: colours and line ends are all that is left.
        const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;
        expect(log.replace(/\u001b\[[0-9;:]*m/g, '').replaceAll('\r\n', '')).not.toMatch(
          /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/,
        );
        for (const line of view.lines) expect(line.text).not.toMatch(control);
        for (const failure of view.failures) expect(failure.logTail.join('')).not.toMatch(control);
      }),
      { numRuns: 500 },
    );
  });

  const logs = [
    '2.26.3/build-build-failure',
    '2.34.8/build-hash-mismatch',
    '2.26.3/copy-link-down',
    '2.26.3/eval-missing-attr',
    '2.26.3/pty-bar-build-build-failure',
    '2.26.3/build-sigint',
  ];

  test.for(logs)('gives the same state however it is cut into chunks: %s', (name) => {
    const { log, meta } = readTranscript(name);
    const whole = new NixProgress();
    const wholeLog = whole.push(log, 1000) + whole.finish(1000, meta.exit === 0);
    const wanted = whole.view(1000);
    fc.assert(
      fc.property(fc.array(fc.nat(log.length), { maxLength: 200 }), (places) => {
        const cuts = [0, ...places.sort((a, b) => a - b), log.length];
        const progress = new NixProgress();
        let readable = '';
        for (let i = 1; i < cuts.length; i += 1) readable += progress.push(log.slice(cuts[i - 1], cuts[i]), 1000);
        readable += progress.finish(1000, meta.exit === 0);
        expect(progress.view(1000)).toEqual(wanted);
        expect(readable).toBe(wholeLog);
      }),
      { numRuns: 40 },
    );
  });

  test.for(logs.filter((name) => !name.includes('pty')))(
    'means the same on a terminal, with its line ends and a cleared line before: %s',
    (name) => {
      const { log, meta } = readTranscript(name);
      const plain = after(log, meta.exit === 0);
      const onTerminal = after(`\r\u001b[0m\u001b[K${log.replaceAll('\n', '\r\n')}`, meta.exit === 0);
      expect(onTerminal).toEqual(plain);
    },
  );

  test('of a megabyte in one line is harmless, as log line, as plain line and as message', () => {
    const long = 'x'.repeat(1024 * 1024);
    const progress = new NixProgress();
    let log = '';
    for (const text of [
      startBuilds + startBuild(2, 'a'),
      result(2, 101, [long]),
      `${long}\n`,
      error(`${long} '${drv('a')}'`),
    ]) {
      for (let at = 0; at < text.length; at += 8192) log += progress.push(text.slice(at, at + 8192), 0);
    }
    log += progress.finish(0, false);
    const view = progress.view(0);
    expect(log.length).toBeLessThan(100_000);
    expect(JSON.stringify(view).length).toBeLessThan(500_000);
    expect(view.failures[0]?.logTail[0]).toMatch(/^x+ … \(\d+ characters left out\)$/);
    expect(view.lines.map((line) => line.kind)).toEqual(['plain', 'error']);
  });

  test('of a line without any end does not grow without bound', () => {
    const progress = new NixProgress();
    for (let i = 0; i < 200; i += 1) progress.push('y'.repeat(100_000), 0);
    const log = progress.finish(0, false);
    expect(log.length).toBeLessThan(50_000);
    expect(log).toMatch(/… \((\d+) characters left out\)/);
    expect(Number(/(\d+) characters/.exec(log)?.[1])).toBeGreaterThan(19_000_000);
  });

  test('that stands before an event on the same line is kept as a line of its own', () => {
    const view = after(`Enter passphrase: ${error("attribute 'x' missing")}`, false);
    expect(view.lines.map(({ kind, text }) => [kind, text])).toEqual([
      ['plain', 'Enter passphrase: '],
      ['error', "attribute 'x' missing"],
    ]);
  });

  test('is kept in order, plain lines among messages', () => {
    const view = after(
      `ssh: first\n${error('second')}third\n${event({ action: 'msg', level: 1, msg: 'warning: fourth' })}`,
      false,
    );
    expect(view.lines.map((line) => line.text)).toEqual(['ssh: first', 'second', 'third', 'warning: fourth']);
  });
});

describe('the log for people', () => {
  test('reads like that of nix build -L', () => {
    const { log, meta } = readTranscript('2.26.3/build-build-failure');
    const progress = new NixProgress();
    const readable = progress.push(log, 0) + progress.finish(0, meta.exit === 0);
    const lines = readable.replace(/\u001b\[[0-9;]*m/g, '').split('\r\n');
    const nixOwn = readTranscript('2.26.3/plain-build-failure').log.trimEnd().split('\n');
    expect(lines).toEqual(expect.arrayContaining(nixOwn.slice(4)));
    expect(lines.filter((line) => line.startsWith('evaluating file'))).toEqual([]);
  });

  test('keeps colours and drops whatever else a builder sends to the terminal', () => {
    const progress = new NixProgress();
    progress.push(startBuild(2, 'a-1.0'), 0);
    const log = progress.push(
      result(2, 101, ['\u001b[32mok\u001b[0m \u001b[2J\u001b]52;c;ZXZpbA==\u0007\u001b[?1049hdone\u0007']),
      0,
    );
    expect(log).toBe('\u001b[2ma> \u001b[0m\u001b[32mok\u001b[0m done\u001b[0m\r\n');
  });
});
