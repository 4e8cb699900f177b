import { RPCHandler } from '@orpc/server/message-port';
import { RPCLink } from '@orpc/client/message-port';
import { describe, expect, it, vi } from 'vitest';
import { connect, ConnectionLostError } from '../../../../renderer/app/connection.ts';
import { LineRefusedError } from '../../../../renderer/app/connection-lines.ts';
import type { Line, LineMaker } from '../../../../renderer/app/connection-lines.ts';
import { createSmallEngine } from '../../../integration/doors/small-engine.ts';

// The page waits with a timer or until it is looked at; Node has no document.
vi.stubGlobal('document', new EventTarget());

/** An engine that a test can take away and bring back. */
function world() {
  const { router } = createSmallEngine();
  const dials: PromiseWithResolvers<Line>[] = [];
  const states: string[] = [];
  const lines: LineMaker = {
    door: 'electron',
    dial() {
      const attempt = Promise.withResolvers<Line>();
      dials.push(attempt);
      waiters.splice(0).forEach((wake) => wake());
      return attempt.promise;
    },
  };
  const waiters: (() => void)[] = [];
  const connection = connect({ lines, retryDelayMs: () => 0 });
  connection.state.subscribe((state) => states.push(state));

  /** The attempt with this number, once it is made. */
  const dialled = async (number: number): Promise<PromiseWithResolvers<Line>> => {
    let attempt = dials[number - 1];
    while (!attempt) {
      await new Promise<void>((resolve) => waiters.push(resolve));
      attempt = dials[number - 1];
    }
    return attempt;
  };
  /** Answers an attempt with an engine; gives the way to break the line. */
  const answer = async (number: number) => {
    const { port1, port2 } = new MessageChannel();
    new RPCHandler(router).upgrade(port1);
    port1.start();
    const lost = new AbortController();
    const link = new RPCLink({ port: port2 });
    port2.addEventListener('close', () => lost.abort());
    port2.start();
    const close = () => {
      lost.abort();
      port2.close();
    };
    (await dialled(number)).resolve({ link, lost: lost.signal, close });
    return { break: close };
  };
  const reached = async (state: string) => {
    if (connection.state.current === state) return;
    await new Promise<void>((resolve) => {
      const stop = connection.state.subscribe((now) => {
        if (now !== state) return;
        stop();
        resolve();
      });
    });
  };
  return { connection, states, dials, dialled, answer, reached };
}

describe('the connection of a page', () => {
  it('lets calls wait for the first line', async () => {
    const { connection, answer, states } = world();
    const info = connection.client.app.info();
    expect(connection.state.current).toBe('connecting');
    await answer(1);
    expect(await info).toMatchObject({ version: '0.0.0-test' });
    expect(states).toEqual(['open']);
  });

  it('fails calls at once while there is no engine, and tries again by itself', async () => {
    const { connection, answer, reached, states } = world();
    const line = await answer(1);
    await reached('open');
    line.break();
    await reached('lost');
    await expect(connection.client.app.info()).rejects.toBeInstanceOf(ConnectionLostError);
    await answer(2);
    await reached('open');
    expect(await connection.client.app.info()).toMatchObject({ version: '0.0.0-test' });
    expect(states).toEqual(['open', 'lost', 'open']);
  });

  it('says of a call under way that the connection broke, not that it was cancelled', async () => {
    const { connection, answer, reached } = world();
    const line = await answer(1);
    await reached('open');
    const watched = await connection.client.job.watchAll();
    await watched.next();
    const call = connection.client.app.info();
    line.break();
    await expect(call).rejects.toBeInstanceOf(ConnectionLostError);
  });

  it('goes on trying where nothing answers', async () => {
    const { connection, dialled, answer, reached } = world();
    for (const number of [1, 2, 3]) (await dialled(number)).reject(new Error('nobody there'));
    expect(connection.state.current).toBe('lost');
    await answer(4);
    await reached('open');
  });

  it('stops trying where it is refused', async () => {
    const { connection, dials, dialled, reached } = world();
    (await dialled(1)).reject(new LineRefusedError('no token'));
    await reached('refused');
    await expect(connection.client.app.info()).rejects.toBeInstanceOf(ConnectionLostError);
    expect(dials).toHaveLength(1);
  });

  it('opens a followed stream anew on every line, and ends it when it is disposed', async () => {
    const { connection, answer, reached } = world();
    const seen: unknown[] = [];
    const signals: AbortSignal[] = [];
    const failed = vi.fn();
    const following = connection.follow(
      (signal) => {
        signals.push(signal);
        return connection.client.job.watchAll(undefined, { signal });
      },
      { each: (value) => void seen.push(value), failed },
    );
    const line = await answer(1);
    await vi.waitFor(() => expect(seen).toEqual([[]]));
    line.break();
    await answer(2);
    await reached('open');
    await vi.waitFor(() => expect(seen).toEqual([[], []]));
    following[Symbol.dispose]();
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
    expect(failed).not.toHaveBeenCalled();
  });

  it('tells an error of the engine, and the end of a stream, to who follows it', async () => {
    const { connection, answer } = world();
    await answer(1);
    const failed = vi.fn();
    connection.follow(() => connection.client.fleet.open({ path: '/x' }), { each: () => undefined, failed });
    await vi.waitFor(() => expect(failed).toHaveBeenCalledOnce());
    const done = vi.fn();
    const values: number[] = [];
    const three = async function* () {
      yield* [1, 2, 3];
    };
    connection.follow(async () => three(), { each: (value) => void values.push(value), done });
    await vi.waitFor(() => expect(done).toHaveBeenCalledOnce());
    expect(values).toEqual([1, 2, 3]);
  });

  it('ends everything when it is disposed', async () => {
    const { connection, answer, reached, dials } = world();
    await answer(1);
    await reached('open');
    connection[Symbol.dispose]();
    await expect(connection.client.app.info()).rejects.toBeInstanceOf(ConnectionLostError);
    expect(dials).toHaveLength(1);
  });
});
