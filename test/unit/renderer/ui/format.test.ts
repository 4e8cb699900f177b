import { describe, expect, it } from 'vitest';
import {
  formatAgo,
  formatBytes,
  formatBytesOf,
  formatCount,
  formatDuration,
  formatNames,
  formatSpeed,
  formatTimeLeft,
} from '../../../../renderer/ui/format.ts';

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 KiB'],
    [9.94 * 1024, '9.9 KiB'],
    [9.96 * 1024, '10 KiB'],
    [999.4 * 1024, '999 KiB'],
    [999.5 * 1024, '1.0 MiB'],
    [41 * 1024 ** 2, '41 MiB'],
    [1.9 * 1024 ** 3, '1.9 GiB'],
    [4000 * 1024 ** 5, '4000 PiB'],
  ])('%d bytes read %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it('shows a part in the unit of the whole, so that both can be compared', () => {
    expect(formatBytesOf(0.12 * 1024 ** 3, 1.9 * 1024 ** 3)).toBe('0.1 of 1.9 GiB');
    expect(formatBytesOf(0, 41 * 1024 ** 2)).toBe('0 of 41 MiB');
  });

  it('shows speeds per second', () => expect(formatSpeed(11.3 * 1024 ** 2)).toBe('11 MiB/s'));
});

describe('durations', () => {
  it.each([
    [0, '0.0 s'],
    [-5, '0.0 s'],
    [1_100, '1.1 s'],
    [9_949, '9.9 s'],
    [9_950, '10 s'],
    [59_400, '59 s'],
    [59_600, '1 min'],
    [130_000, '2 min 10 s'],
    [3_600_000, '1 h'],
    [3_900_000, '1 h 5 min'],
  ])('%d ms read %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it('estimates are rounded to what can be known', () => {
    expect(formatTimeLeft(4_000)).toBe('a few seconds left');
    expect(formatTimeLeft(37_000)).toBe('about 40 s left');
    expect(formatTimeLeft(56_000)).toBe('about 1 min left');
    expect(formatTimeLeft(171_000)).toBe('about 3 min left');
    expect(formatTimeLeft(3_500_000)).toBe('about 1 h left');
  });
});

describe('points in time', () => {
  const now = new Date(2026, 10, 21, 14, 2).getTime();
  it.each([
    [1_000, 'just now'],
    [40_000, '40 s ago'],
    [5 * 60_000, '5 min ago'],
    [2 * 3_600_000, '2 h ago'],
    [25 * 3_600_000, 'yesterday'],
    [9 * 86_400_000, '9 d ago'],
  ])('%d ms before now reads %s', (age, text) => expect(formatAgo(now - age, now)).toBe(text));

  it('what lies in the future by a clock that is a little off reads as now', () => {
    expect(formatAgo(now + 3_000, now)).toBe('just now');
  });

  it('a month ago is a date', () => expect(formatAgo(now - 40 * 86_400_000, now)).toMatch(/2026/));
});

describe('counts and lists of names', () => {
  it('one is singular, the rest plural, thousands are grouped', () => {
    expect(formatCount(1, 'host')).toBe('1 host');
    expect(formatCount(0, 'host')).toBe('0 hosts');
    expect(formatCount(12_345, 'host')).toBe('12\u202f345 hosts');
    expect(formatCount(2, 'entry', 'entries')).toBe('2 entries');
  });
  it('names beyond the limit are counted', () => {
    expect(formatNames(['a', 'b'], 2)).toBe('a, b');
    expect(formatNames(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more');
  });
});
