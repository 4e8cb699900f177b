import type { RollbackTarget } from '../../shared/contract/generation.ts';
import { wrongUsage } from './errors.ts';

/** A date as ISO 8601 writes it, with or without a time of day, and that with or without a zone. */
const isoTime =
  /^(?<date>(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2}))(?:[T ](?<time>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?) ?(?<zone>Z|[+-]\d{2}:?\d{2})?)?$/i;

const examples =
  'Give previous, the number of a generation, or a time: 2026-11-24, "2026-11-24 18:00", 2026-11-24T18:00Z.';

/**
 * `previous`, the number of a generation, or a time. A date alone means its end, and a time without a zone is this
 * computer's. @throws CommandFailed
 */
export function readRollbackTarget(text: string): RollbackTarget {
  if (text === 'previous') return text;
  if (/^[1-9]\d{0,6}$/.test(text)) return { generation: Number(text) };
  const before = readTime(text);
  if (before === null) throw wrongUsage('This is nothing to go back to', text, examples);
  return { before };
}

/** Milliseconds since the epoch; null: it is no such time, or no day of the calendar. */
function readTime(text: string): number | null {
  const { date = '', year, month, day, time, zone = '' } = isoTime.exec(text)?.groups ?? {};
  const ofCalendar = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (Number.isNaN(ofCalendar.getTime()) || ofCalendar.toISOString().slice(0, 10) !== date) return null;
  const withColon = zone.toUpperCase().replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  const at = Date.parse(time === undefined ? `${date}T23:59:59.999` : `${date}T${time}${withColon}`);
  return Number.isNaN(at) ? null : at;
}
