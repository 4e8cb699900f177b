import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { hostName } from '../../../../shared/contract/ids.ts';
import { EventAppender, readEvents } from '../../../../electron/engine/jobs/event-file.ts';
import { EventWriter } from '../../../../electron/engine/jobs/event-writer.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nixstead-events-'));
  file = join(folder, 'events.jsonl');
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

const progress = (name: string, done: number, state: 'running' | 'done' = 'running') => ({
  type: 'step' as const,
  step: {
    ...{ host: hostName.parse(name), stage: 'copy' as const, state, done, total: 100, unit: 'bytes' as const },
    ...{ bytesPerSecond: null, note: '', startedAt: 1, endedAt: null },
  },
});
const node = (drv: string, state: 'running' | 'done') => ({
  ...{ drv, name: drv, state, kind: 'build' as const, phase: null, machine: null },
  ...{ startedAt: null, endedAt: null, inputs: [] },
});
const written = () =>
  readEvents(file).map((event) => {
    if (event.type === 'step') return `${event.step.host} ${event.step.state} ${event.step.done}`;
    return event.type === 'build' ? event.nodes.map(({ drv, state }) => `${drv} ${state}`).join() : event.type;
  });

test('of the progress within a moment the latest is written, for each host and stage', () => {
  using appender = new EventAppender(file);
  const writer = new EventWriter(appender);
  for (let done = 0; done < 1000; done += 1) writer.emit(progress(done % 2 === 0 ? 'web' : 'db', done));
  expect(written()).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(written()).toEqual(['web running 998', 'db running 999']);
});

test('what is not progress goes out at once, after the progress that came before it', () => {
  using appender = new EventAppender(file);
  const writer = new EventWriter(appender);
  writer.emit(progress('web', 1));
  writer.emit(progress('web', 100, 'done'));
  writer.emit({ type: 'note', text: 'x' });
  expect(written()).toEqual(['web running 1', 'web done 100', 'note']);
  vi.advanceTimersByTime(1000);
  expect(written()).toHaveLength(3);
});

test('changes of a build are put together, none is lost', () => {
  using appender = new EventAppender(file);
  using writer = new EventWriter(appender);
  const host = hostName.parse('web');
  writer.emit({ type: 'build', host, nodes: [node('a', 'running'), node('b', 'running')] });
  writer.emit({ type: 'build', host, nodes: [node('a', 'done')] });
  writer.flush();
  expect(written()).toEqual(['a done,b running']);
});
