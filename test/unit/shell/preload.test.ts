import { expect, it, vi } from 'vitest';

const { exposed, ipcRenderer, sent } = await vi.hoisted(async () => {
  const { EventEmitter } = await import('node:events');
  const calls: unknown[][] = [];
  return {
    exposed: [] as [name: string, api: unknown][],
    ipcRenderer: Object.assign(new EventEmitter(), { send: (...args: unknown[]) => void calls.push(args) }),
    sent: calls,
  };
});
vi.mock('electron', () => ({
  contextBridge: { exposeInMainWorld: (name: string, api: unknown) => void exposed.push([name, api]) },
  ipcRenderer,
}));

const posted: unknown[][] = [];
vi.stubGlobal('window', {
  location: { origin: 'app://nixstead' },
  postMessage: (...args: unknown[]) => void posted.push(args),
});
await import('../../../electron/shell/preload.ts');

it('gives the page exactly one function, which asks for a port and gives nothing back', () => {
  expect(exposed).toEqual([['requestEnginePort', expect.any(Function)]]);
  const [[, ask] = []] = exposed;
  if (typeof ask !== 'function') throw new Error('no function');
  // Whatever a page hands over stays with it.
  expect(Reflect.apply(ask, null, ['other-channel', { some: 'data' }])).toBeUndefined();
  expect(sent).toEqual([['engine-port']]);
});

it('passes the port on to its own page', () => {
  const port = {};
  posted.length = 0;
  ipcRenderer.emit('engine-port', { ports: [port] });
  expect(posted).toEqual([[{ type: 'nixstead:engine-port' }, 'app://nixstead', [port]]]);
});

it('passes on that the port leads nowhere any more', () => {
  posted.length = 0;
  ipcRenderer.emit('engine-port-lost', { ports: [] });
  expect(posted).toEqual([[{ type: 'nixstead:engine-port-lost' }, 'app://nixstead']]);
});

it('passes on which fleet to open, and nothing else', () => {
  posted.length = 0;
  ipcRenderer.emit('open-fleet', { ports: [] }, '/home/me/fleet');
  ipcRenderer.emit('open-fleet', { ports: [] }, { path: 1 });
  expect(posted).toEqual([[{ type: 'nixstead:open-fleet', path: '/home/me/fleet' }, 'app://nixstead']]);
});

it('listens to three channels', () => {
  expect(ipcRenderer.eventNames()).toEqual(['engine-port', 'engine-port-lost', 'open-fleet']);
});
