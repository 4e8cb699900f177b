import { createRouterClient, ORPCError } from '@orpc/server';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fleetId, hostName, jobId } from '../../../../shared/contract/ids.ts';
import { problem } from '../../../../shared/contract/problem.ts';
import { createEngine, type Engine } from '../../../../electron/engine/engine.ts';
import { stream } from '../../../../electron/engine/procedures/base.ts';
import type { Surroundings } from '../../../../electron/engine/surroundings.ts';

let folder: string;
let engine: Engine;
const opened: string[] = [];
const surroundings: Surroundings = {
  door: 'browser',
  initialPath: '/home/ada/fleet',
  canChooseFolder: true,
  chooseFolder: () => Promise.resolve('/home/ada/other'),
  openExternal: (url) => {
    opened.push(url);
    return Promise.resolve();
  },
};
const makeEngine = () => createEngine({ env: { ...process.env, NIXSTEAD_HOME: join(folder, 'data') }, surroundings });
const client = () => createRouterClient(engine.router);

/** The problem with which a call fails. */
async function failure(call: Promise<unknown>) {
  const error: unknown = await call.then(
    () => null,
    (caught: unknown) => caught,
  );
  if (!(error instanceof ORPCError)) throw new Error(`No error of the contract: ${String(error)}`);
  expect(error.code).toBe('PROBLEM');
  return problem.parse(error.data);
}

async function drain(events: AsyncIterable<unknown>): Promise<void> {
  for await (const event of events) void event;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nixstead-engine-'));
  engine = await makeEngine();
});
afterEach(async () => {
  await engine[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

describe('the engine', () => {
  it('says what it is and what its door can do', async () => {
    expect(await client().app.info()).toMatchObject({
      door: 'browser',
      dataFolder: join(folder, 'data'),
      initialPath: '/home/ada/fleet',
      canChooseFolder: true,
      notices: [],
      version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
    });
    expect(await client().app.chooseFolder()).toBe('/home/ada/other');
  });

  it('opens addresses of the allow list alone', async () => {
    await client().app.openExternal({ url: 'https://nixos.org/manual' });
    expect(opened).toEqual(['https://nixos.org/manual']);
    const refused = await failure(client().app.openExternal({ url: 'https://example.org/' }));
    expect(refused.code).toBe('link-refused');
    expect(opened).toHaveLength(1);
  });

  it('gives errors of calls and of streams as problems', async () => {
    expect((await failure(client().job.show({ id: jobId.parse('20260101-000000-abcdef') }))).code).toBe('job-unknown');
    const missing = join(folder, 'nowhere');
    expect((await failure(client().fleet.open({ path: missing }).then(drain))).code).toBe('fleet-folder-missing');
    mkdirSync(missing);
    expect((await failure(client().fleet.open({ path: missing }).then(drain))).code).toBe('fleet-no-flake');
    const id = fleetId.parse('0123456789abcdef');
    expect((await failure(client().fleet.watchStatus({ id }).then(drain))).code).toBe('fleet-not-open');
    const deploy = client().deploy.start({ fleetId: id, hosts: [hostName.parse('nas')], goal: 'switch' });
    expect((await failure(deploy)).code).toBe('fleet-not-open');
  });

  it('refuses input of another shape before anything is done with it', async () => {
    const error: unknown = await client()
      .fleet.open({ path: '' })
      .then(drain)
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'BAD_REQUEST' });
    await expect(client().settings.set({ statusIntervalSeconds: -1 })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('keeps settings and forgets fleets', async () => {
    await client().settings.set({ theme: 'dark' });
    await engine[Symbol.asyncDispose]();
    engine = await makeEngine();
    expect(await client().settings.get()).toMatchObject({ theme: 'dark', hostView: 'table' });
    expect(await client().fleet.recent()).toEqual([]);
    await client().fleet.forget({ path: '/nowhere' });
  });

  it('says that a corrupt database was set aside, and refuses one of a newer version', async () => {
    await engine[Symbol.asyncDispose]();
    writeFileSync(join(folder, 'data', 'nixstead.sqlite'), 'this is no database');
    engine = await makeEngine();
    expect((await client().app.info()).notices).toMatchObject([{ code: 'database-corrupt' }]);
  });

  it('watches nothing for ever: a broken-off stream ends', async () => {
    const abort = new AbortController();
    const jobs = await client().job.watchAll(undefined, { signal: abort.signal });
    const drained = drain(jobs);
    abort.abort();
    await drained.catch(() => undefined);
  });
});

describe('a stream of the contract', () => {
  it('turns any error into a problem, also our own mistakes', async () => {
    async function* failing(): AsyncGenerator<number> {
      yield 1;
      throw new TypeError('a bug');
    }
    const seen: number[] = [];
    const read = (async () => {
      for await (const event of stream(failing(), undefined)) seen.push(event);
    })();
    expect(await failure(read)).toMatchObject({
      code: 'internal-error',
      evidence: expect.stringContaining('a bug') as string,
    });
    expect(seen).toEqual([1]);
  });

  it('ends without an error where its reader has gone', async () => {
    const abort = new AbortController();
    async function* aborted(): AsyncGenerator<number> {
      yield 1;
      abort.abort();
      abort.signal.throwIfAborted();
    }
    await drain(stream(aborted(), abort.signal));
  });
});
