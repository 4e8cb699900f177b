/**
 * Patterns as colmena's `--on` takes them: `*` any characters, `?` one character, `[abc]`, `[a-z]` and `[!a]` one of a
 * set. Matched without regular expressions, so that no pattern can make the matching slow.
 */
type Piece =
  | { readonly kind: 'character'; readonly character: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'many' }
  | { readonly kind: 'set'; readonly isNegated: boolean; readonly ranges: readonly (readonly [string, string])[] };

/** A pattern ready to match. `isLiteral`: it has no wildcard, so it stands for one name. */
export interface Glob {
  readonly text: string;
  readonly isLiteral: boolean;
  readonly pieces: readonly Piece[];
}

/** Where a pattern is wrong: `at` is the character's index in the pattern. */
export interface GlobError {
  readonly at: number;
  readonly message: string;
}

/** The text itself as a pattern, for quoted names. */
export function literalGlob(text: string): Glob {
  return { text, isLiteral: true, pieces: [...text].map((character) => ({ kind: 'character', character })) };
}

/** Reads a pattern. The only thing that can be wrong is a set without its end. */
export function parseGlob(text: string): Glob | GlobError {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < text.length) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (character === '*') {
      if (pieces.at(-1)?.kind !== 'many') pieces.push({ kind: 'many' });
    } else if (character === '?') {
      pieces.push({ kind: 'any' });
    } else if (character === '[') {
      const isNegated = text[at + 1] === '!';
      const start = at + (isNegated ? 2 : 1);
      // A `]` right after the start stands for itself, as in every shell.
      const end = text.indexOf(']', start + 1);
      if (end === -1) return { at, message: 'this ‘[’ has no ‘]’' };
      pieces.push({ kind: 'set', isNegated, ranges: readRanges([...text.slice(start, end)]) });
      at = end + 1;
      continue;
    } else {
      pieces.push({ kind: 'character', character });
    }
    at += character.length;
  }
  return { text, isLiteral: pieces.every((piece) => piece.kind === 'character'), pieces };
}

function readRanges(characters: readonly string[]): [string, string][] {
  const ranges: [string, string][] = [];
  for (let index = 0; index < characters.length; index++) {
    const from = characters[index] ?? '';
    const to = characters[index + 2];
    if (characters[index + 1] === '-' && to !== undefined) {
      ranges.push([from, to]);
      index += 2;
    } else {
      ranges.push([from, from]);
    }
  }
  return ranges;
}

function matchesOne(piece: Piece, character: string): boolean {
  switch (piece.kind) {
    case 'character':
      return piece.character === character;
    case 'any':
      return true;
    case 'set':
      return piece.ranges.some(([from, to]) => from <= character && character <= to) !== piece.isNegated;
    case 'many':
      return false;
  }
}

/** True where the whole text fits. Takes at most (pattern length × text length) steps. */
export function matchesGlob(glob: Glob, text: string): boolean {
  const characters = [...text];
  const { pieces } = glob;
  let piece = 0;
  let index = 0;
  // After a `*`: where it stands and how far it has eaten, to go back to when the rest does not fit.
  let starPiece = -1;
  let starIndex = 0;
  while (index < characters.length) {
    const current = pieces[piece];
    if (current?.kind === 'many') {
      starPiece = piece++;
      starIndex = index;
    } else if (current && matchesOne(current, characters[index] ?? '')) {
      piece++;
      index++;
    } else if (starPiece !== -1) {
      piece = starPiece + 1;
      index = ++starIndex;
    } else {
      return false;
    }
  }
  return pieces.slice(piece).every((rest) => rest.kind === 'many');
}
