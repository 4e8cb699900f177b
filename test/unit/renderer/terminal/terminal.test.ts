import { expect, test } from 'vitest';
import { endWords } from '../../../../renderer/terminal/end-words.ts';
import { TypedText } from '../../../../renderer/terminal/typed-text.ts';

test('texts go one after another, what is typed meanwhile together, and no character is cut in two', async () => {
  const sent: string[] = [];
  const gates: (() => void)[] = [];
  const typed = new TypedText((text) => {
    sent.push(text);
    return new Promise((resolve) => gates.push(resolve));
  });
  const pass = async (): Promise<void> => {
    gates.shift()?.();
    await Promise.resolve();
    await Promise.resolve();
  };
  typed.type('l');
  typed.type('s');
  typed.type('\r');
  expect(sent).toEqual(['l']);
  await pass();
  expect(sent).toEqual(['l', 's\r']);
  const long = `${'x'.repeat(16 * 1024 - 1)}😀 end`;
  typed.type(long);
  for (let turn = 0; turn < 3; turn += 1) await pass();
  expect(sent.slice(2)).toEqual(['x'.repeat(16 * 1024 - 1), '😀 end']);
});

test('what cannot be sent is dropped, and what is typed later is sent', async () => {
  const sent: string[] = [];
  let isBroken = true;
  const typed = new TypedText((text) => {
    if (isBroken) return Promise.reject(new Error('gone'));
    sent.push(text);
    return Promise.resolve();
  });
  typed.type('a');
  typed.type('b');
  await new Promise((resolve) => setImmediate(resolve));
  isBroken = false;
  typed.type('c');
  expect(sent).toEqual(['c']);
});

test('the end of a login is told as what it was', () => {
  expect(endWords({ exitCode: 0, signal: null })).toBe('The shell there has ended with status 0.');
  expect(endWords({ exitCode: 130, signal: null })).toContain('status 130');
  expect(endWords({ exitCode: 255, signal: null })).toContain('ssh could not log in');
  expect(endWords({ exitCode: null, signal: 9 })).toBe('ssh was ended by signal 9.');
});
