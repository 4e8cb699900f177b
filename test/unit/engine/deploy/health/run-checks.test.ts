import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { areHealthy, runChecks } from '../../../../../electron/engine/deploy/health/run-checks.ts';
import type { HealthCheck, HealthResult } from '../../../../../shared/contract/health.ts';

const trying = { afterSeconds: 0, withinSeconds: 0, everySeconds: 0.1, timeoutSeconds: 2 };
const here = (name: string, ...argv: [string, ...string[]]): HealthCheck => ({
  ...trying,
  name,
  kind: 'command-here',
  argv,
});
const place = { session: null, privilege: [], failedBefore: [], fleetFolder: tmpdir() };
const run = (checks: HealthCheck[], more: Partial<Parameters<typeof runChecks>[1]> = {}) =>
  runChecks(checks, { place, signal: new AbortController().signal, ...more });
const states = (results: readonly HealthResult[]) => results.map(({ state, detail }) => [state, detail]);

let answers = 0;
const web = createHttpServer((request, response) => {
  answers += 1;
  if (request.url === '/slow') return;
  response.statusCode = request.url === '/late' && answers < 3 ? 503 : request.url === '/moved' ? 302 : 200;
  response.end('all is well');
});
let port = 0;
let closedPort = 0;

beforeAll(async () => {
  web.listen(0, '127.0.0.1');
  await once(web, 'listening');
  const address = web.address();
  port = typeof address === 'object' && address ? address.port : 0;
  const closed = createServer();
  closed.listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const other = closed.address();
  closedPort = typeof other === 'object' && other ? other.port : 0;
  closed.close();
  await once(closed, 'close');
});
afterAll(() => {
  web.closeAllConnections();
  web.close();
});

const http = (path: string, more: Partial<Extract<HealthCheck, { kind: 'http' }>> = {}): HealthCheck => ({
  ...trying,
  kind: 'http',
  name: path,
  url: `http://127.0.0.1:${port}${path}`,
  status: null,
  contains: null,
  isInsecure: false,
  ...more,
});

test('an address is well by its status and by what it says', async () => {
  const results = await run([
    http('/'),
    http('/moved'),
    http('/moved', { status: 200 }),
    http('/', { contains: 'is well' }),
    http('/', { contains: 'is ill' }),
    http('/slow', { timeoutSeconds: 0.2 }),
  ]);
  expect(states(results)).toEqual([
    ['passed', 'HTTP 200'],
    ['passed', 'HTTP 302'],
    ['failed', 'HTTP 302, not 200'],
    ['passed', 'HTTP 200'],
    ['failed', 'HTTP 200 without ‘is ill’'],
    ['failed', 'no answer within 0.2 s'],
  ]);
});

test('a port is well where it takes a connection', async () => {
  const tcp = (number: number): HealthCheck => ({
    ...trying,
    kind: 'tcp',
    name: 'tcp',
    host: '127.0.0.1',
    port: number,
  });
  const results = await run([tcp(port), tcp(closedPort)]);
  expect(states(results)).toEqual([
    ['passed', 'takes connections'],
    ['failed', expect.stringContaining('ECONNREFUSED')],
  ]);
});

test('a command is well where it ends with 0, in the fleet’s folder, and its last line is the proof', async () => {
  const ended: (number | null | undefined)[] = [];
  const results = await run(
    [
      here('folder', 'sh', '-c', 'echo first; pwd'),
      here('wrong', 'sh', '-c', 'echo "no pool" >&2; exit 3'),
      here('missing', '/nowhere/at-all'),
      here('shell', 'echo', '$(id)'),
      { ...here('slow', 'sleep', '60'), timeoutSeconds: 0.2 },
    ],
    { onCommand: (_, { exitCode }) => ended.push(exitCode) },
  );
  expect(states(results)).toEqual([
    ['passed', tmpdir()],
    ['failed', 'no pool'],
    ['failed', expect.stringContaining('ENOENT')],
    ['passed', '$(id)'],
    ['failed', 'not over within 0.2 s'],
  ]);
  expect(ended.toSorted()).toEqual([0, 0, 3]);
});

test('a check is tried again within its time, and every try is told', async () => {
  answers = 0;
  const told: HealthResult[][] = [];
  const results = await run([http('/late', { withinSeconds: 5 })], { onChange: (now) => told.push([...now]) });
  expect(results).toMatchObject([{ state: 'passed', tries: 3 }]);
  expect(told.map(([first]) => first?.state)).toEqual(['waiting', 'waiting', 'passed']);
});

test('no try begins after the watchdog’s time', async () => {
  const patient = { ...here('never', 'false'), withinSeconds: 60 };
  const [result] = await run([patient], { until: Date.now() + 350 });
  expect(result?.state).toBe('failed');
  expect(result?.tries).toBeLessThan(6);
});

test('what was broken before does not count, and is tried once; what got well passes', async () => {
  const brokenBefore = new Set(['still broken', 'well again']);
  const patient = { withinSeconds: 60 };
  const results = await run(
    [
      { ...here('still broken', 'false'), ...patient },
      { ...here('well again', 'true'), ...patient },
    ],
    { brokenBefore },
  );
  expect(results).toMatchObject([
    { state: 'broken-before', tries: 1 },
    { state: 'passed', tries: 1 },
  ]);
  expect(areHealthy(results)).toBe(true);
  expect(areHealthy(await run([here('new', 'false')]))).toBe(false);
});

test('one look tries each check once and at once', async () => {
  const results = await run([{ ...here('late', 'false'), afterSeconds: 60, withinSeconds: 60 }], { isGlance: true });
  expect(results).toMatchObject([{ state: 'failed', tries: 1 }]);
});

test('a question that does not come through is told apart from a bad answer', async () => {
  const unanswered: string[] = [];
  const checks: HealthCheck[] = [
    here('bad', 'false'),
    { ...trying, kind: 'command-there', name: 'lost', argv: ['true'] },
  ];
  const onUnanswered = ({ name }: HealthCheck) => unanswered.push(name);
  const results = await run(checks, { isGlance: true, onUnanswered });
  expect(results).toMatchObject([{ state: 'failed' }, { state: 'failed' }]);
  expect(unanswered).toEqual(['lost']);
});

test('a person who decides ends the tries', async () => {
  const decided = new AbortController();
  const running = run([{ ...here('never', 'false'), withinSeconds: 60 }], {
    signal: decided.signal,
    onChange: () => decided.abort(),
  });
  expect(await running).toMatchObject([{ state: 'failed' }]);
});

test('what is asked on a host that cannot be reached fails', async () => {
  const results = await run([{ ...trying, kind: 'unit', name: 'unit', unit: 'a.service' }]);
  expect(states(results)).toEqual([['failed', 'the host cannot be reached']]);
});
