import { EventEmitter } from 'node:events';
import type { MessagePortMain } from 'electron';
import { describe, expect, it, vi } from 'vitest';
import type { Problem } from '../../../shared/contract/problem.ts';
import type { MessageFromEngine } from '../../../shared/doors/engine-messages.ts';
import { messageToEngine } from '../../../shared/doors/engine-messages.ts';
import { addressRefused } from '../../../electron/doors/errors.ts';
import { EngineProcess } from '../../../electron/shell/engine-process.ts';
import type { EngineProcessOptions } from '../../../electron/shell/engine-process.ts';
import { engineRestarted } from '../../../electron/shell/errors.ts';
import { StandInMessageChannel } from '../../lab/electron-stand-in/message-channel.ts';

/** A process that does what the test says. */
class ScriptedProcess extends EventEmitter {
  readonly received: { message: unknown; ports: number }[] = [];
  isKilled = false;

  postMessage(message: unknown, transfer: MessagePortMain[] = []): void {
    this.received.push({ message: messageToEngine.parse(message), ports: transfer.length });
  }

  kill(): boolean {
    this.isKilled = true;
    this.emit('exit', 143);
    return true;
  }

  says(message: MessageFromEngine): void {
    this.emit('message', message);
  }
}

function start(options: Partial<EngineProcessOptions> = {}) {
  const processes: ScriptedProcess[] = [];
  const forks: unknown[][] = [];
  const failures: Problem[] = [];
  const onRestart = vi.fn();
  let time = 0;
  const engine = new EngineProcess({
    electron: {
      MessageChannelMain: StandInMessageChannel,
      utilityProcess: {
        fork: (...args) => {
          forks.push(args);
          const forked = new ScriptedProcess();
          processes.push(forked);
          return forked;
        },
      },
    },
    modulePath: '/app/engine.js',
    initialPath: '/home/me/fleet',
    chooseFolder: async () => '/chosen',
    openExternal: async () => undefined,
    onRestart,
    onFailure: (problem) => failures.push(problem),
    now: () => time,
    ...options,
  });
  const last = () => {
    const forked = processes.at(-1);
    if (!forked) throw new Error('no process was started');
    return forked;
  };
  return { engine, processes, forks, failures, onRestart, last, pass: (ms: number) => (time += ms) };
}

describe('the engine of the desktop app', () => {
  it('is a utility process that is told what to open', () => {
    const { forks, last } = start();
    expect(forks).toEqual([['/app/engine.js', [], expect.objectContaining({ serviceName: 'Nixstead engine' })]]);
    expect(last().received).toEqual([
      { message: { type: 'start', initialPath: '/home/me/fleet', notices: [] }, ports: 0 },
    ]);
  });

  it('gets one end of every line, its window the other', () => {
    const { engine, last } = start();
    expect(engine.connect()).not.toBe(engine.connect());
    expect(last().received.slice(1)).toEqual([
      { message: { type: 'connect' }, ports: 1 },
      { message: { type: 'connect' }, ports: 1 },
    ]);
  });

  it('is started again after a crash, with a notice, and opens nothing by itself then', () => {
    const { last, processes, failures, onRestart } = start();
    last().emit('exit', 139);
    expect(processes).toHaveLength(2);
    expect(onRestart).toHaveBeenCalledOnce();
    expect(last().received).toEqual([
      {
        message: {
          type: 'start',
          initialPath: null,
          notices: [engineRestarted(139)],
        },
        ports: 0,
      },
    ]);
    expect(failures).toEqual([]);
  });

  it('is given up when it keeps crashing, and not when crashes are rare', () => {
    const rare = start();
    for (let crash = 0; crash < 10; crash += 1) {
      rare.pass(60_000);
      rare.last().emit('exit', 1);
    }
    expect([rare.processes.length, rare.failures]).toEqual([11, []]);

    const often = start();
    for (let crash = 0; crash < 4; crash += 1) {
      often.pass(1000);
      often.last().emit('exit', 1);
    }
    expect(often.processes).toHaveLength(4);
    expect(often.failures).toEqual([expect.objectContaining({ code: 'engine-crashes' })]);
  });

  it('is not started again where it says that it cannot start', () => {
    const { last, processes, failures } = start();
    const problem: Problem = { code: 'database-newer', title: 'Newer', evidence: '', advice: [] };
    last().says({ type: 'failed', problem });
    expect(failures).toEqual([problem]);
    expect([processes.length, last().isKilled]).toEqual([1, true]);
  });

  it('asks for folders and for addresses to be opened, and gets answers to its own questions', async () => {
    const answers: (string | null)[] = ['/first', null];
    const { last } = start({
      chooseFolder: async () => answers.shift() ?? null,
      openExternal: async (url) => {
        if (!url.startsWith('https://nixos.org')) throw addressRefused(url);
      },
    });
    last().says({ type: 'choose-folder', id: 5 });
    last().says({ type: 'choose-folder', id: 6 });
    last().says({ type: 'open-external', id: 7, url: 'https://nixos.org/' });
    last().says({ type: 'open-external', id: 8, url: 'https://example.org/' });
    await vi.waitFor(() => expect(last().received).toHaveLength(5));
    const messages = last()
      .received.slice(1)
      .map(({ message }) => message);
    expect(messages).toEqual(
      expect.arrayContaining([
        { type: 'answer', id: 5, path: '/first', problem: null },
        { type: 'answer', id: 6, path: null, problem: null },
        { type: 'answer', id: 7, path: null, problem: null },
        { type: 'answer', id: 8, path: null, problem: addressRefused('https://example.org/').problem },
      ]),
    );
  });

  it('tells how many jobs are not over, until it is gone', () => {
    const { engine, last } = start();
    expect(engine.unfinishedJobs).toBe(0);
    last().says({ type: 'jobs', unfinished: 2 });
    expect(engine.unfinishedJobs).toBe(2);
    last().emit('exit', 1);
    expect(engine.unfinishedJobs).toBe(0);
  });

  it('is asked to stop, and is not started again then', async () => {
    const { engine, last, processes } = start();
    const stopped = engine.stop();
    expect(last().received.at(-1)).toEqual({ message: { type: 'stop' }, ports: 0 });
    last().emit('exit', 0);
    await stopped;
    await engine.stop();
    expect([processes.length, last().isKilled]).toEqual([1, false]);
  });

  it('is killed where it does not stop', async () => {
    vi.useFakeTimers();
    try {
      const { engine, last } = start();
      const stopped = engine.stop();
      await vi.advanceTimersByTimeAsync(3000);
      await stopped;
      expect(last().isKilled).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });
});
