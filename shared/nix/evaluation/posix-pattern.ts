import type { Span } from '../syntax.ts';
import { NotEvaluable } from './values.ts';

/** Of a search that goes back and forth; it takes a tenth of a second. */
const MAX_TRIES = 1e7;

const classes: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  digit: '0-9',
  lower: 'a-z',
  upper: 'A-Z',
  space: '\\s',
  xdigit: '0-9A-Fa-f',
};

/**
 * Matches a POSIX extended expression against the whole text; what its groups match, or null.
 * @throws NotEvaluable where JavaScript would understand it otherwise, or may search without end
 */
export function matchPosix(pattern: string, text: string, place: Span | null): (string | undefined)[] | null {
  const translated = pattern.replace(/\[:(\w+):\]/g, (whole, name: string) => classes[name] ?? whole);
  const onlyNix = (): NotEvaluable =>
    new NotEvaluable('unknown', 'uses a regular expression that only nix can judge', place);
  if (translated.includes('[:') || /\(\?|\\[A-Za-z0-9]/.test(pattern) || triesFor(pattern, text.length) > MAX_TRIES) {
    throw onlyNix();
  }
  let expression: RegExp;
  try {
    expression = new RegExp(`^(?:${translated})$`, 's');
  } catch {
    throw onlyNix();
  }
  return expression.exec(text)?.slice(1) ?? null;
}

/** How often a search may try at most: each repetition may end at any character, and those within others at each anew. */
function triesFor(pattern: string, length: number): number {
  const tokens = pattern.match(/\\.|\[\^?\]?[^\]]*\]|\{[0-9,]*\}|./gs) ?? [];
  const isRepetition = (token: string | undefined): boolean => /^(?:[*+]|\{.*\})$/.test(token ?? '');
  /** Of each group around: whether something in it can match in several ways. */
  const groups: boolean[] = [false];
  let tries = 1;
  for (const [index, token] of tokens.entries()) {
    const isChoice = isRepetition(token) || token === '|' || token === '?';
    if (isRepetition(token)) tries *= Math.max(2, length);
    else if (isChoice) tries *= 2;
    if (token === '(') groups.push(false);
    const isOpen = token === ')' && groups.length > 1 ? groups.pop() === true : isChoice;
    if (token === ')' && isOpen && isRepetition(tokens[index + 1])) return Infinity;
    if (isOpen) groups[groups.length - 1] = true;
  }
  return tries;
}
