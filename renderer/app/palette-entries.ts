import uFuzzy from '@leeoniya/ufuzzy';

export interface PaletteEntry {
  id: string;
  section: string;
  title: string;
  /** Other words by which it is found. */
  keywords: readonly string[];
}

// Letters may lie apart inside a word (`dpl` finds `Deploy`), and the words may stand in any order.
const fuzzy = new uFuzzy({ intraMode: 0, intraIns: 3, interLft: 0 });
const MAX_WORDS_IN_ANY_ORDER = 4;

/** How well a title fits: begins with what was typed, has a word that does, holds it, or is only found by letters. */
function fit(title: string, query: string): number {
  const place = title.toLowerCase().indexOf(query);
  if (place === 0) return 0;
  if (place < 0) return 3;
  return /[\s@._-]/.test(title[place - 1] ?? '') ? 1 : 2;
}

/**
 * The entries that fit what was typed, at most `limit`: better fits first, among equals in the order of the list. Entries
 * of one section stay together, sections in the order of their best entry.
 */
export function paletteMatches<T extends PaletteEntry>(entries: readonly T[], query: string, limit: number): T[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return entries.slice(0, limit);
  const haystack = entries.map((entry) => [entry.title, ...entry.keywords].join(' '));
  const [indexes] = fuzzy.search(haystack, wanted, MAX_WORDS_IN_ANY_ORDER);
  const best = (indexes ?? [])
    .toSorted((a, b) => a - b)
    .flatMap((index) => entries[index] ?? [])
    .map((entry) => ({ entry, fit: fit(entry.title, wanted) }))
    .toSorted((a, b) => a.fit - b.fit)
    .slice(0, limit)
    .map(({ entry }) => entry);
  return [...Map.groupBy(best, (entry) => entry.section).values()].flat();
}
