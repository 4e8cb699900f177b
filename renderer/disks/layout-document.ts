import { formatLayout } from '../../shared/disko/format.ts';
import { isList, isSame, isSet, type Layout, type LayoutPath, type LayoutValue } from '../../shared/disko/layout.ts';
import { readLayout, type LayoutReading } from '../../shared/disko/read-source.ts';
import { ReadOnlyLayout, writeLayout } from '../../shared/disko/write-source.ts';

/** Values for the arguments of a file, as JSON data. */
export type GivenArguments = Readonly<Record<string, unknown>>;

/**
 * A Nix text and the layout in it. The text is the truth: a change of the layout is written into the text and read back,
 * so that text and drawing never tell different stories, and undoing gives back every byte.
 */
export interface LayoutDocument {
  readonly text: string;
  readonly given: GivenArguments;
  readonly reading: LayoutReading;
  /** The layout of the text; where the text cannot be read at the moment, the last one that could be. */
  readonly layout: Layout | null;
  /** True for a text of our own making: it is written anew as long as nobody typed into it. */
  readonly isGenerated: boolean;
  readonly past: readonly string[];
  readonly future: readonly string[];
}

const MAX_STEPS = 500;

export function openDocument(text: string, given: GivenArguments = {}): LayoutDocument {
  return read({ text, given, isGenerated: false, past: [], future: [] }, null);
}

export function newDocument(layout: Layout): LayoutDocument {
  return { ...openDocument(formatLayout(layout)), isGenerated: true };
}

/** The same text with other arguments. */
export function withArguments(document: LayoutDocument, given: GivenArguments): LayoutDocument {
  return read({ ...document, given }, document.layout);
}

/** What somebody typed. It is kept as it is, also where it is no layout. */
export function withText(document: LayoutDocument, text: string): LayoutDocument {
  if (text === document.text) return document;
  const past = [...document.past, document.text].slice(-MAX_STEPS);
  return read({ ...document, text, past, future: [] }, document.layout);
}

/**
 * Writes a changed layout into the text.
 * @throws ReadOnlyLayout where the text computes the part that changed, or cannot be read at the moment
 */
export function withLayout(document: LayoutDocument, next: Layout): LayoutDocument {
  const { reading } = document;
  if (!reading.ok) {
    throw new ReadOnlyLayout(`The text cannot be read at line ${reading.note.line}; mend that first.`, [], null);
  }
  if (isSame(reading.layout, next)) return document;
  const isOurs = document.isGenerated && document.text === formatLayout(reading.layout);
  const text = isOurs ? formatLayout(next) : writeLayout(reading.source, reading.layout, next);
  const written = withText({ ...document, layout: next }, text);
  if (!written.reading.ok || !isSame(written.reading.layout, next)) {
    throw new ReadOnlyLayout('The text computes this part from something else; change it in the text.', [], null);
  }
  return written;
}

export function undone(document: LayoutDocument): LayoutDocument {
  const text = document.past.at(-1);
  if (text === undefined) return document;
  const steps = { past: document.past.slice(0, -1), future: [document.text, ...document.future] };
  return read({ ...document, text, ...steps }, document.layout);
}

export function redone(document: LayoutDocument): LayoutDocument {
  const [text, ...future] = document.future;
  if (text === undefined) return document;
  return read({ ...document, text, past: [...document.past, document.text], future }, document.layout);
}

function read(parts: Omit<LayoutDocument, 'reading' | 'layout'>, before: Layout | null): LayoutDocument {
  const reading = readLayout(parts.text, parts.given);
  if (!reading.ok) return { ...parts, reading, layout: before };
  const layout = shared(before ?? {}, reading.layout);
  return { ...parts, reading: { ...reading, layout }, layout };
}

/** `after` with the parts of `before` that are the same, so that what did not change is not drawn again. */
function shared(before: Layout, after: Layout): Layout {
  const value = sharedValue(before, after);
  return isSet(value) ? value : after;
}

function sharedValue(before: LayoutValue | undefined, after: LayoutValue): LayoutValue {
  if (isSame(before, after) && before !== undefined && isSameOrder(before, after)) return before;
  if (isSet(before) && isSet(after)) {
    return Object.fromEntries(Object.entries(after).map(([name, value]) => [name, sharedValue(before[name], value)]));
  }
  if (isList(before) && isList(after)) return after.map((item, index) => sharedValue(before[index], item));
  return after;
}

function isSameOrder(a: LayoutValue, b: LayoutValue): boolean {
  if (!isSet(a) || !isSet(b)) return true;
  const names = Object.keys(b);
  return Object.keys(a).every((name, index) => name === names[index] && isSameOrder(a[name] ?? null, b[name] ?? null));
}

/** True where `path` is `top` or below it. */
export function isBelow(path: LayoutPath, top: LayoutPath): boolean {
  return top.every((step, index) => path[index] === step);
}
