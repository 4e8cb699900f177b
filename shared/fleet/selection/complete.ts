import { select, type SelectableHost } from './evaluate.ts';
import { wordsOf } from './explain.ts';
import { tokenize, type Field, type Span } from './lexer.ts';
import { literalGlob } from './glob.ts';
import { parseSelection, type SavedSelections } from './parse.ts';

/** One thing that can be put in place of `Completion.from` to `Completion.to`. */
export interface CompletionOption {
  /** What is inserted, for example `@web` or `system:`. */
  readonly text: string;
  readonly field: Field;
  /** How many hosts it fits by itself; null for a beginning such as `state:`. */
  readonly hostCount: number | null;
}

export interface Completion {
  readonly from: number;
  readonly to: number;
  readonly options: readonly CompletionOption[];
}

const beginnings: readonly { text: string; field: Field }[] = [
  { text: 'system:', field: 'system' },
  { text: 'state:', field: 'state' },
  { text: 'saved:', field: 'saved' },
];
const prefixOf: Record<Field, string> = { name: '', tag: '@', system: 'system:', state: 'state:', saved: 'saved:' };

/** A word as it must be written: in quotes where it holds a sign, a space or a wildcard. */
export function quoteWord(word: string): string {
  if (/^[^\s,&()!"|*?[\]:@\\]+$/.test(word)) return word;
  return `"${word.replace(/[\\"]/g, '\\$&')}"`;
}

interface CompletionChoices {
  /** At most so many options. */
  readonly limit?: number;
  readonly saved?: SavedSelections;
}

/** How many hosts a word fits by itself. */
function countOf(field: Field, word: string, hosts: readonly SelectableHost[], saved: SavedSelections): number {
  if (field === 'saved') {
    const parsed = parseSelection(`saved:${quoteWord(word)}`, saved);
    return parsed.ok ? select(parsed.node, hosts).length : 0;
  }
  const term = { type: 'term', field, pattern: literalGlob(word), start: 0, end: 0, valueStart: 0 } as const;
  return select(term, hosts).length;
}

/** What fits at the cursor (an index into the text): names, tags, systems and states of this fleet, best first. */
export function completeSelection(
  text: string,
  cursor: number,
  hosts: readonly SelectableHost[],
  { limit = 50, saved = new Map() }: CompletionChoices = {},
): Completion {
  const token = tokenize(text).find(
    (candidate) => candidate.type !== 'sign' && candidate.start < cursor && cursor <= candidate.end,
  );
  const span: Span = token ?? { start: cursor, end: cursor };
  const field = token && token.type !== 'sign' ? token.field : 'name';
  const typed = text.slice(span.start, cursor).toLowerCase();

  const fields: Field[] = field === 'name' ? ['name', 'tag'] : [field];
  const options: CompletionOption[] = [];
  for (const each of fields) {
    for (const word of wordsOf(each, hosts, saved)) {
      const option = prefixOf[each] + quoteWord(word);
      // A tag is also found without its `@`, and a word that has to be quoted without the quote.
      const bare = typed.startsWith(prefixOf[each])
        ? typed.slice(prefixOf[each].length)
        : each === 'tag'
          ? typed
          : null;
      const isWanted = option.toLowerCase().startsWith(typed) || (bare !== null && word.toLowerCase().startsWith(bare));
      if (!isWanted) continue;
      options.push({ text: option, field: each, hostCount: countOf(each, word, hosts, saved) });
      if (options.length >= limit) return { from: span.start, to: span.end, options };
    }
  }
  if (field === 'name') {
    for (const { text: option, field: each } of beginnings) {
      if (each === 'saved' && saved.size === 0) continue;
      if (option.startsWith(typed)) options.push({ text: option, field: each, hostCount: null });
    }
  }
  return { from: span.start, to: span.end, options };
}
