import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createProgressFeed, type ProgressUpdate } from '../../../../electron/engine/nix/progress-feed.ts';

const start =
  '@nix {"action":"start","fields":["/nix/store/x-a","local","ssh-ng://"],"id":1,"level":3,"parent":0,"text":"copying","type":100}\n';
const bytes = (done: number): string => `@nix {"action":"result","fields":[${done},1000000,0,0],"id":1,"type":105}\n`;

describe('the feed of progress', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('tells at once, then at most once in an interval, and always the last state', () => {
    const seen: number[] = [];
    using feed = createProgressFeed({ minIntervalMs: 100, onUpdate: ({ view }) => seen.push(view.bytes.done) });
    feed.push(start);
    for (let done = 1; done <= 500; done += 1) {
      feed.push(bytes(done * 10));
      vi.advanceTimersByTime(1);
    }
    expect(seen.length).toBeLessThanOrEqual(6);
    vi.advanceTimersByTime(100);
    expect(seen.at(-1)).toBe(5000);
  });

  test('goes on telling the speed of a transfer that has stalled, until it is nothing', () => {
    const speeds: (number | null)[] = [];
    using feed = createProgressFeed({ minIntervalMs: 100, onUpdate: ({ view }) => speeds.push(view.bytes.perSecond) });
    feed.push(start);
    for (let done = 1; done <= 20; done += 1) {
      feed.push(bytes(done * 1000));
      vi.advanceTimersByTime(100);
    }
    vi.advanceTimersByTime(10_000);
    expect(Math.max(...speeds.map(Number))).toBeGreaterThan(5000);
    expect(speeds.at(-1)).toBe(0);
    const count = speeds.length;
    vi.advanceTimersByTime(60_000);
    expect(speeds.length).toBe(count);
  });

  test('gives each change of a node once', () => {
    const updates: ProgressUpdate[] = [];
    using feed = createProgressFeed({ minIntervalMs: 100, onUpdate: (update) => updates.push(update) });
    feed.push(start);
    feed.push(bytes(1));
    feed.finish(true);
    const states = updates.flatMap((update) => update.changedNodes.map((node) => node.state));
    expect(states).toEqual(['running', 'done']);
  });

  test('says nothing any more once it is over', () => {
    const onUpdate = vi.fn();
    const feed = createProgressFeed({ minIntervalMs: 100, onUpdate });
    feed.push(start);
    feed.push(bytes(1));
    feed.finish(false);
    const calls = onUpdate.mock.calls.length;
    vi.advanceTimersByTime(10_000);
    expect(onUpdate.mock.calls.length).toBe(calls);
  });

  test('passes readable log text on as soon as it is there', () => {
    const log: string[] = [];
    using feed = createProgressFeed({ onLog: (text) => log.push(text) });
    feed.push('warning: half a li');
    expect(log).toEqual([]);
    feed.push('ne\n');
    expect(log).toEqual(['warning: half a line\r\n']);
  });
});
