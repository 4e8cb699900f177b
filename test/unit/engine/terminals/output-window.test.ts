import { expect, test } from 'vitest';
import { OutputWindow } from '../../../../electron/engine/terminals/output-window.ts';

function makeWindow() {
  const told: string[] = [];
  const window = new OutputWindow({ pause: () => told.push('pause'), resume: () => told.push('resume') });
  const reader = window.read(new AbortController().signal);
  return { told, window, next: async () => (await reader.next()).value };
}

test('what came meanwhile is read as one text, and a character that is cut in two is whole', async () => {
  const { window, next } = makeWindow();
  const bytes = Buffer.from('5 € für');
  window.push(bytes.subarray(0, 3));
  expect(await next()).toBe('5 ');
  window.push(bytes.subarray(3, 4));
  window.push(bytes.subarray(4));
  expect(await next()).toBe('€ für');
  window.push(Buffer.from([0xe2, 0x82]));
  window.end();
  expect(await next()).toBe('\ufffd');
  expect(await next()).toBeUndefined();
});

test('the source waits while too much was not drawn, read or not, and goes on when there is room', async () => {
  const { told, window, next } = makeWindow();
  window.push(Buffer.alloc(100 * 1024, 'x'));
  expect(told).toEqual([]);
  expect((await next())?.length).toBe(100 * 1024);
  window.push(Buffer.alloc(40 * 1024, 'y'));
  expect(told).toEqual(['pause']);
  window.drawn(60 * 1024);
  expect(told).toEqual(['pause']);
  window.drawn(40 * 1024);
  expect(told).toEqual(['pause', 'resume']);
  // More than was read counts as all of it.
  window.drawn(1e9);
  window.push(Buffer.alloc(80 * 1024, 'z'));
  expect(told).toEqual(['pause', 'resume']);
  window.push(Buffer.alloc(20 * 1024, 'z'));
  expect(told).toEqual(['pause', 'resume', 'pause']);
});

test('a reader that stops waiting is let go', async () => {
  const window = new OutputWindow({ pause: () => undefined, resume: () => undefined });
  const stop = new AbortController();
  const reader = window.read(stop.signal);
  const waiting = reader.next();
  stop.abort();
  expect((await waiting).done).toBe(true);
});
