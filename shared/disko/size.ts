/** disko's and sgdisk's units are binary: 1G is 1024M. */
const units = { K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4, P: 1024 ** 5 } as const;
type Unit = keyof typeof units;

export const SECTOR_BYTES = 512;

/** Bytes of a size such as `512M`; bare digits are sectors. null for anything else (`100%`, `1.5G`, `10GiB`). */
export function sizeBytes(text: string): number | null {
  const match = /^([0-9]+)([KMGTP]?)$/.exec(text);
  if (!match) return null;
  const [, digits = '', unit = ''] = match;
  return Number(digits) * (unit === '' ? SECTOR_BYTES : units[unit as Unit]);
}

/** Bytes as disko would want them written: the largest unit that gives a whole number, at least M. */
export function formatSize(bytes: number): string {
  for (const unit of ['P', 'T', 'G', 'M'] as const) {
    if (bytes >= units[unit] && bytes % units[unit] === 0) return `${bytes / units[unit]}${unit}`;
  }
  return `${Math.max(1, Math.floor(bytes / units.M))}M`;
}

/** Bytes for people, binary, three digits: `465G`, `3.6T`. */
export function describeBytes(bytes: number): string {
  for (const unit of ['P', 'T', 'G', 'M', 'K'] as const) {
    const amount = bytes / units[unit];
    // 1023.9M is 1G.
    if (amount * 1024 >= 1023.5) return `${amount >= 10 ? Math.round(amount) : Math.round(amount * 10) / 10}${unit}`;
  }
  return `${bytes} bytes`;
}

/**
 * What somebody may have meant by a size that disko refuses: `512MiB`, `1.5G`, `10 gb`, `512m`. null where it is no
 * size at all. Fractions come out in the next smaller unit.
 */
export function suggestSize(text: string): string | null {
  const match = /^\s*([0-9]+(?:[.,][0-9]+)?)\s*([kmgtp])?(?:i?b)?\s*$/i.exec(text);
  if (!match) return null;
  const unit = (match[2] ?? 'G').toUpperCase() as Unit;
  const bytes = Number((match[1] ?? '').replace(',', '.')) * units[unit];
  return bytes >= units.M ? formatSize(Math.floor(bytes / units.M) * units.M) : `${Math.floor(bytes / units.K)}K`;
}
