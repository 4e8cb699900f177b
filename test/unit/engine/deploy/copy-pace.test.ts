import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CopyPace } from '../../../../electron/engine/deploy/copy-pace.ts';

const MiB = 1024 * 1024;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a copy at 1 Mbit/s is slow after three seconds, one at 100 Mbit/s never is', () => {
  const slow = vi.fn();
  const fast = vi.fn();
  using slowPace = new CopyPace(slow);
  using fastPace = new CopyPace(fast);
  for (let second = 1; second <= 9; second += 1) {
    vi.advanceTimersByTime(900);
    slowPace.moved(second * 125_000);
    fastPace.moved(second * 12.5 * MiB);
    vi.advanceTimersByTime(100);
    expect(slow.mock.calls.length).toBe(Math.floor(second / 3));
  }
  expect(fast).not.toHaveBeenCalled();
});

test('what stalls after a good start is slow, and nothing is told of what is over', () => {
  const slow = vi.fn();
  {
    using pace = new CopyPace(slow);
    pace.moved(50 * MiB);
    vi.advanceTimersByTime(3000);
    expect(slow).not.toHaveBeenCalled();
    vi.advanceTimersByTime(3000);
    expect(slow).toHaveBeenCalledTimes(1);
  }
  vi.advanceTimersByTime(60_000);
  expect(slow).toHaveBeenCalledTimes(1);
});
