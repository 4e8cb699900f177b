import { EventEmitter } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { openPortDoor } from '../../../electron/shell/port-door.ts';
import { StandInPort } from '../../lab/electron-stand-in/message-channel.ts';

const page = { id: 7 };

/** A door with a message from a frame, which is our page's main frame unless said otherwise. */
function knock(
  message: { id?: number; origin?: string; parent?: unknown; senderFrame?: null },
  currentPage: { id: number } | null = page,
) {
  const [port] = StandInPort.pair();
  const ipcMain = new EventEmitter();
  const connect = vi.fn(() => port);
  const onConnected = vi.fn();
  openPortDoor({ ipcMain, currentPage: () => currentPage, connect, onConnected });
  const postMessage = vi.fn();
  const frame = { origin: message.origin ?? 'app://nixstead', parent: message.parent ?? null, postMessage };
  using complaint = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  ipcMain.emit('engine-port', {
    sender: { id: message.id ?? page.id },
    senderFrame: message.senderFrame === null ? null : frame,
  });
  return { port, connect, onConnected, postMessage, complaints: complaint.mock.calls.length };
}

describe('the line to the engine', () => {
  it('is given to the main frame of our window, to that frame and no other', () => {
    const { port, postMessage, onConnected } = knock({});
    expect(postMessage).toHaveBeenCalledExactlyOnceWith('engine-port', null, [port]);
    expect(onConnected).toHaveBeenCalledOnce();
  });

  it.each<[string, Parameters<typeof knock>[0]]>([
    ['another origin', { origin: 'https://example.org' }],
    ['another host of our scheme', { origin: 'app://other' }],
    ['an opaque origin', { origin: 'null' }],
    ['an origin that begins like ours', { origin: 'app://nixstead.example.org' }],
    ['a frame inside our page', { parent: {} }],
    ['another page', { id: 8 }],
    ['a frame that is gone', { senderFrame: null }],
  ])('is refused to %s, aloud', (_what, message) => {
    const { connect, postMessage, onConnected, complaints } = knock(message);
    expect([connect, postMessage, onConnected].map((one) => one.mock.calls.length)).toEqual([0, 0, 0]);
    expect(complaints).toBe(1);
  });

  it('is refused to everybody while there is no window', () => {
    expect(knock({}, null).connect).not.toHaveBeenCalled();
  });
});
