import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LogChunk } from '../../../../shared/contract/job.ts';
import { readLog } from '../../../../electron/engine/jobs/log-reader.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nixstead-log-'));
  file = join(folder, 'web.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

const finished = () => ({ file, isComplete: () => true, change: () => Promise.reject(new Error('waits for nothing')) });

async function all(from = 0): Promise<LogChunk[]> {
  const chunks: LogChunk[] = [];
  for await (const chunk of readLog(finished(), from)) chunks.push(chunk);
  return chunks;
}

test('a long log comes in pieces that join without a gap and decode by themselves', async () => {
  // Three bytes a character: no piece of 64 KB ends where a character does.
  const content = 'ab€'.repeat(100_000);
  writeFileSync(file, content);
  const chunks = await all();
  expect(chunks.length).toBeGreaterThan(5);
  expect(chunks.map((chunk) => chunk.text).join('')).toBe(content);
  for (const [index, chunk] of chunks.entries()) {
    expect(chunk.offset).toBe(chunks[index - 1]?.nextOffset ?? 0);
    expect(chunk.nextOffset - chunk.offset).toBe(Buffer.byteLength(chunk.text));
    expect(chunk.isEnd).toBe(index === chunks.length - 1);
  }
});

test('reading goes on from any offset that was handed out', async () => {
  const content = 'ß€😀x'.repeat(30_000);
  writeFileSync(file, content);
  const [first] = await all();
  const rest = await all(first?.nextOffset);
  expect((first?.text ?? '') + rest.map((chunk) => chunk.text).join('')).toBe(content);
});

test('a log that was never written, or is shorter than asked, is an end', async () => {
  expect(await all()).toEqual([{ offset: 0, nextOffset: 0, text: '', isEnd: true }]);
  writeFileSync(file, 'abc');
  expect(await all(3)).toEqual([{ offset: 3, nextOffset: 3, text: '', isEnd: true }]);
  expect(await all(100)).toEqual([{ offset: 100, nextOffset: 100, text: '', isEnd: true }]);
});

test('bytes that are no UTF-8 become replacement characters, also when they look like the start of one', async () => {
  writeFileSync(file, Buffer.from([0x61, 0xff, 0x80, 0x80, 0x80, 0x80, 0x62, 0xf0, 0x9f]));
  expect((await all()).map((chunk) => chunk.text).join('')).toBe('a\ufffd\ufffd\ufffd\ufffd\ufffdb\ufffd');
});

test('a character whose bytes arrive one by one is shown when it is whole', async () => {
  const bytes = Buffer.from('€😀');
  let written = 0;
  const source = {
    file,
    isComplete: () => written === bytes.length,
    change: async () => appendFileSync(file, bytes.subarray(written, (written += 1))),
  };
  const texts: string[] = [];
  for await (const chunk of readLog(source, 0)) texts.push(chunk.text);
  expect(texts.filter(Boolean)).toEqual(['€', '😀']);
});

test('whoever stops reading stops the reader', async () => {
  writeFileSync(file, 'abc');
  const stop = new AbortController();
  const source = { file, isComplete: () => false, change: async () => stop.abort() };
  const texts: string[] = [];
  for await (const chunk of readLog(source, 0, stop.signal)) texts.push(chunk.text);
  expect(texts).toEqual(['abc']);
});
