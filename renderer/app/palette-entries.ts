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

/**
 * The entries that fit what was typed, best first, at most `limit`. Entries of one section stay together, sections in
 * the order of their best entry.
 */
export function paletteMatches<T extends PaletteEntry>(entries: readonly T[], query: string, limit: number): T[] {
  if (query.trim() === '') return entries.slice(0, limit);
  const haystack = entries.map((entry) => [entry.title, ...entry.keywords].join(' '));
  const [indexes, info, order] = fuzzy.search(haystack, query, MAX_WORDS_IN_ANY_ORDER);
  if (indexes === null) return [];
  const ranked = order === null ? indexes : order.map((position) => info.idx[position]);
  const best = ranked.flatMap((index) => (index === undefined ? [] : (entries[index] ?? []))).slice(0, limit);
  return [...Map.groupBy(best, (entry) => entry.section).values()].flat();
}
