/** Numbers as people read them: sizes, speeds, durations, points in time. Pure; `now` is always given. */

const SIZE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function sizeScale(bytes: number): { factor: number; unit: string } {
  let index = 0;
  let factor = 1;
  // From 999.5 on it would be printed with four digits, so it is already one of the next.
  while (Math.abs(bytes) / factor >= 999.5 && index < SIZE_UNITS.length - 1) {
    factor *= 1024;
    index += 1;
  }
  return { factor, unit: SIZE_UNITS[index] ?? 'B' };
}

function scaled(bytes: number, factor: number): string {
  const value = bytes / factor;
  return factor > 1 && value < 9.95 && value > 0 ? value.toFixed(1) : Math.round(value).toString();
}

/** `41 MiB`, `1.2 GiB`: the units that nix itself prints. */
export function formatBytes(bytes: number): string {
  const { factor, unit } = sizeScale(bytes);
  return `${scaled(bytes, factor)} ${unit}`;
}

/** `1.2 of 1.9 GiB`: both in the unit of the total. */
export function formatBytesOf(doneBytes: number, totalBytes: number): string {
  const { factor, unit } = sizeScale(totalBytes);
  return `${scaled(doneBytes, factor)} of ${scaled(totalBytes, factor)} ${unit}`;
}

export function formatSpeed(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** `0.4 s`, `37 s`, `2 min 10 s`, `1 h 5 min`. */
export function formatDuration(ms: number): string {
  const clamped = Math.max(0, ms);
  if (clamped < 9950) return `${(clamped / SECOND).toFixed(1)} s`;
  const seconds = Math.round(clamped / SECOND);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** An estimate is never more exact than it is: `a few seconds left`, `about 3 min left`. */
export function formatTimeLeft(ms: number): string {
  if (ms < 10 * SECOND) return 'a few seconds left';
  if (ms < 55 * SECOND) return `about ${Math.round(ms / (10 * SECOND)) * 10} s left`;
  if (ms < 55 * MINUTE) return `about ${Math.max(1, Math.round(ms / MINUTE))} min left`;
  return `about ${Math.max(1, Math.round(ms / HOUR))} h left`;
}

/** `just now`, `40 s ago`, `5 min ago`, `2 h ago`, `yesterday`, `9 d ago`; the date beyond 30 days. */
export function formatAgo(at: number, now: number): string {
  const age = now - at;
  if (age < 5 * SECOND) return 'just now';
  if (age < MINUTE) return `${Math.floor(age / SECOND)} s ago`;
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min ago`;
  if (age < DAY) return `${Math.floor(age / HOUR)} h ago`;
  if (age < 2 * DAY) return 'yesterday';
  if (age < 30 * DAY) return `${Math.floor(age / DAY)} d ago`;
  return formatDate(at);
}

/** `21 Nov 2026` in the reader's own order and language. */
export function formatDate(at: number): string {
  return new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' }).format(at);
}

/** `14:02`. */
export function formatClock(at: number): string {
  return new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);
}

/** `14:02` on the same day as `now`, else `20 Nov 14:02`. */
export function formatMoment(at: number, now: number): string {
  const isSameDay = new Date(at).toDateString() === new Date(now).toDateString();
  if (isSameDay) return formatClock(at);
  return `${new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' }).format(at)} ${formatClock(at)}`;
}

/** `1 host`, `3 hosts`; `plural` where adding an s is wrong. */
export function formatCount(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatNumber(count)} ${count === 1 ? singular : plural}`;
}

/** `1 000`: with a narrow space between thousands. */
export function formatNumber(count: number): string {
  return count.toLocaleString('en').replaceAll(',', '\u202f');
}

/** `gateway, nas and 3 more`: as many names as `limit` allows. */
export function formatNames(names: readonly string[], limit: number): string {
  if (names.length <= limit) return names.join(', ');
  return `${names.slice(0, limit).join(', ')} and ${names.length - limit} more`;
}
