import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EventAppender, EventTail, isFinished, readEvents } from '../../../../electron/engine/jobs/event-file.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nixstead-events-'));
  file = join(folder, 'events.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

const note = (text: string) => ({ type: 'note' as const, at: 1, text });
const finished = { type: 'finished' as const, at: 2, state: 'failed' as const, problem: null };
const texts = (events: ReturnType<typeof readEvents>) =>
  events.map((event) => (event.type === 'note' ? event.text : ''));

test('events are numbered from 0 without gaps, also across writers', () => {
  {
    using first = new EventAppender(file);
    first.append(note('a'));
    first.append(note('b'));
  }
  using second = new EventAppender(file);
  second.append(note('c'));
  expect(readEvents(file).map((event) => event.seq)).toEqual([0, 1, 2]);
});

test('a line that a dying writer left torn is skipped, and the next event stands on a line of its own', () => {
  {
    using writer = new EventAppender(file);
    writer.append(note('a'));
  }
  appendFileSync(file, '{"seq":1,"at":1,"type":"note","te');
  expect(texts(readEvents(file))).toEqual(['a']);
  using next = new EventAppender(file);
  next.append(note('b'));
  expect(texts(readEvents(file))).toEqual(['a', 'b']);
  expect(readEvents(file).at(-1)?.seq).toBe(1);
});

test('a reader gets an event when its line is complete, however the bytes arrive', () => {
  const line = Buffer.from('{"seq":0,"at":1,"type":"note","text":"grüße"}\n');
  const tail = new EventTail(file);
  expect(tail.read()).toEqual([]);
  for (const byte of line.subarray(0, -1)) {
    appendFileSync(file, Buffer.from([byte]));
    expect(tail.read()).toEqual([]);
  }
  appendFileSync(file, '\n');
  expect(texts(tail.read())).toEqual(['grüße']);
  expect(tail.read()).toEqual([]);
});

test('an event of a kind that this version does not know is skipped', () => {
  writeFileSync(file, '{"seq":0,"at":1,"type":"hologram"}\n{"seq":1,"at":1,"type":"note","text":"a"}\n');
  expect(texts(readEvents(file))).toEqual(['a']);
});

test('whether a job is over is told by its last event, also when that is long', () => {
  expect(isFinished(file)).toBe(false);
  using writer = new EventAppender(file);
  expect(isFinished(file)).toBe(false);
  writer.append(note('x'.repeat(600_000)));
  expect(isFinished(file)).toBe(false);
  const problem = { code: 'long', title: '', evidence: 'y'.repeat(600_000), advice: [] };
  writer.append({ ...finished, problem });
  expect(isFinished(file)).toBe(true);
});

test('an event is one line, whatever its text holds', () => {
  using writer = new EventAppender(file);
  writer.append(note('one\ntwo\u2028three\0'));
  expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(2);
  expect(texts(readEvents(file))).toEqual(['one\ntwo\u2028three\0']);
});
