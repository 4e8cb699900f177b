import { EventEmitter, once } from 'node:events';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { describe, expect, it, vi } from 'vitest';
import type { Contract } from '../../../shared/contract/index.ts';
import type { MessageFromEngine, MessageToEngine } from '../../../shared/doors/engine-messages.ts';
import { ProblemError } from '../../../electron/engine/errors.ts';
import { followShell } from '../../../electron/engine/shell-line.ts';
import type { ShellLineOptions, WindowPort } from '../../../electron/engine/shell-line.ts';
import { createSmallEngine } from '../../integration/doors/small-engine.ts';
import { StandInPort } from '../../lab/electron-stand-in/message-channel.ts';

/** Electron's side of the line. */
class Shell extends EventEmitter {
  readonly heard: MessageFromEngine[] = [];

  postMessage(message: MessageFromEngine): void {
    this.heard.push(message);
    this.emit('heard', message);
  }

  tell(message: MessageToEngine, ports: WindowPort[] = []): void {
    this.emit('message', { data: message, ports });
  }
}

function follow(createEngine?: ShellLineOptions['createEngine']) {
  const shell = new Shell();
  const dispose = vi.fn(async () => undefined);
  const exit = vi.fn<(code: number) => void>(() => void shell.emit('exit'));
  const started: Parameters<ShellLineOptions['createEngine']>[0][] = [];
  const engineOf: ShellLineOptions['createEngine'] = async (options) => {
    started.push(options);
    return { router: createSmallEngine(options.surroundings).router, [Symbol.asyncDispose]: dispose };
  };
  followShell({ parentPort: shell, createEngine: createEngine ?? engineOf, env: { HOME: '/home/test' }, exit });
  return { shell, dispose, exit, started };
}

function openWindow(shell: Shell) {
  const [inside, outside] = StandInPort.pair();
  shell.tell({ type: 'connect' }, [inside]);
  const client = createORPCClient<ContractRouterClient<Contract>>(new RPCLink({ port: outside }));
  outside.start();
  return { client, port: outside };
}

const start: MessageToEngine = { type: 'start', initialPath: '/home/me/fleet', notices: [] };

describe('the engine behind the desktop app', () => {
  it('speaks the contract with every window, the ones that came before it was ready too', async () => {
    const { shell, started } = follow();
    const early = openWindow(shell);
    shell.tell(start);
    const late = openWindow(shell);
    expect(await early.client.app.info()).toMatchObject({ door: 'electron', initialPath: '/home/me/fleet' });
    expect(await late.client.app.info()).toMatchObject({ canChooseFolder: true });
    expect(started).toHaveLength(1);
    expect(started[0]?.env).toEqual({ HOME: '/home/test' });
  });

  it('asks the shell for folders and takes its answers by number', async () => {
    const { shell } = follow();
    shell.tell(start);
    const { client } = openWindow(shell);
    const asked = Promise.all([client.app.chooseFolder(), client.app.chooseFolder()]);
    await vi.waitFor(() => expect(shell.heard.filter(({ type }) => type === 'choose-folder')).toHaveLength(2));
    const [first, second] = shell.heard.flatMap((message) => (message.type === 'choose-folder' ? [message.id] : []));
    shell.tell({ type: 'answer', id: second ?? -1, path: null, problem: null });
    shell.tell({ type: 'answer', id: first ?? -1, path: '/first', problem: null });
    expect(await asked).toEqual(['/first', null]);
  });

  it('hands the notices of the shell to the engine', async () => {
    const { shell, started } = follow();
    const notice = { code: 'engine-restarted', title: 'Again', evidence: '', advice: [] };
    shell.tell({ ...start, notices: [notice] });
    await vi.waitFor(() => expect(started[0]?.surroundings.notices).toEqual([notice]));
  });

  it('ends the streams of a window that closes', async () => {
    const small = createSmallEngine();
    const { shell } = follow(async () => ({ router: small.router, [Symbol.asyncDispose]: async () => undefined }));
    shell.tell(start);
    const { client, port } = openWindow(shell);
    const jobs = await client.job.watchAll();
    expect(await jobs.next()).toEqual({ done: false, value: [] });
    port.close();
    await small.witness.watchAllEnded;
  });

  it('is not harmed by messages that are none', async () => {
    const { shell } = follow();
    shell.tell(start);
    const { client, port } = openWindow(shell);
    for (const junk of [
      'not json',
      '{"i":1}',
      '{"i":"1"}',
      '{"i":"1","p":{"u":"http://["}}',
      { i: '1' },
      null,
      7,
      '[]',
    ]) {
      port.postMessage(junk);
    }
    expect(await client.settings.get()).toMatchObject({ version: 1 });
  });

  it('says why it cannot start, and waits to be ended', async () => {
    const problem = { code: 'database-newer', title: 'Newer', evidence: '', advice: [] };
    const { shell, exit } = follow(async () => {
      throw new ProblemError(problem);
    });
    shell.tell(start);
    expect(await once(shell, 'heard')).toEqual([{ type: 'failed', problem }]);
    expect(exit).not.toHaveBeenCalled();
    shell.tell({ type: 'stop' });
    await once(shell, 'exit');
    expect(exit).toHaveBeenCalledExactlyOnceWith(1);
  });

  it('closes what it holds before it ends', async () => {
    const { shell, dispose, exit } = follow();
    shell.tell(start);
    shell.tell({ type: 'stop' });
    await once(shell, 'exit');
    expect(dispose).toHaveBeenCalledOnce();
    expect(exit).toHaveBeenCalledExactlyOnceWith(0);
  });
});
