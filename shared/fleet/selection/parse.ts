import { tokenize, type Span, type Term, type Token } from './lexer.ts';
import { nearest } from './nearest.ts';

/** States that `state:` knows; what each means is in `evaluate.ts`. */
export const hostStates = ['reachable', 'outdated', 'failed', 'reboot'] as const;
export type HostState = (typeof hostStates)[number];

/** Selections that have a name, as texts. */
export type SavedSelections = ReadonlyMap<string, string>;

/** A saved selection where it is named: what it holds now. Places inside `operand` are those of its own text. */
interface SavedNode extends Span {
  readonly type: 'saved';
  readonly name: string;
  readonly operand: SelectionNode | null;
}

/** A selection as a tree. A term's `field` and `pattern` are those of the text. */
export type SelectionNode =
  | (Term & { readonly field: Exclude<Term['field'], 'saved'> })
  | SavedNode
  | (Span & { readonly type: 'not'; readonly operand: SelectionNode })
  | (Span & { readonly type: 'and' | 'or'; readonly operands: readonly SelectionNode[] });

/** What is wrong and where; `start` may be the end of the text, where something is missing. */
export interface SelectionError extends Span {
  readonly message: string;
}

/** `node` null: the text is blank, which selects nothing (as with colmena). */
export type ParsedSelection =
  { readonly ok: true; readonly node: SelectionNode | null } | { readonly ok: false; readonly error: SelectionError };

/** Thrown inside this file alone; {@link parseSelection} hands it out as a value. */
class Wrong extends Error {
  readonly error: SelectionError;
  constructor(message: string, span: Span) {
    super(message);
    this.error = { message, start: span.start, end: span.end };
  }
}

/** Deeper nesting than a person writes; keeps hostile input from exhausting the stack. */
const maxDepth = 200;

/** Saved selections may name others; what they unfold to stays this small. */
const maxSaved = 200;

interface Surroundings {
  readonly saved: SavedSelections;
  /** Names of the saved selections that a text is inside of, outermost first. */
  readonly around: readonly string[];
  /** How many more may be unfolded. */
  readonly budget: { left: number };
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #textLength: number;
  readonly #surroundings: Surroundings;
  #next = 0;
  #depth = 0;

  constructor(text: string, surroundings: Surroundings) {
    this.#tokens = tokenize(text);
    this.#textLength = text.length;
    this.#surroundings = surroundings;
  }

  get #token(): Token | undefined {
    return this.#tokens[this.#next];
  }

  get #end(): Span {
    return { start: this.#textLength, end: this.#textLength };
  }

  #take(sign: string): boolean {
    const token = this.#token;
    if (token?.type !== 'sign' || token.sign !== sign) return false;
    this.#next++;
    return true;
  }

  parse(): SelectionNode | null {
    if (this.#tokens.length === 0) return null;
    const node = this.#or();
    const token = this.#token;
    if (!token) return node;
    if (token.type === 'mistake') throw new Wrong(token.message, token);
    if (token.type === 'sign' && token.sign === ')') throw new Wrong('this ‘)’ closes nothing', token);
    throw new Wrong('a comma (or) or ‘&’ (and) is missing before this', token);
  }

  #or(): SelectionNode {
    return this.#sequence('or', ',', () => this.#and());
  }

  #and(): SelectionNode {
    return this.#sequence('and', '&', () => this.#not());
  }

  #sequence(type: 'and' | 'or', sign: string, part: () => SelectionNode): SelectionNode {
    const first = part();
    const operands = [first];
    while (this.#take(sign)) operands.push(part());
    const last = operands.at(-1) ?? first;
    return operands.length === 1 ? first : { type, operands, start: first.start, end: last.end };
  }

  #not(): SelectionNode {
    const token = this.#token;
    if (token && this.#take('!')) {
      const operand = this.#nested(token, () => this.#not());
      return { type: 'not', operand, start: token.start, end: operand.end };
    }
    return this.#primary();
  }

  #primary(): SelectionNode {
    const token = this.#token;
    if (!token)
      throw new Wrong('a host name, ‘@tag’, ‘system:’, ‘state:’ or ‘saved:’ is missing at the end', this.#end);
    if (token.type === 'mistake') throw new Wrong(token.message, token);
    if (token.type === 'term') {
      this.#next++;
      return token.field === 'saved' ? this.#savedNode(token) : checkedTerm(token, token.field);
    }
    if (this.#take('(')) {
      const inner = this.#nested(token, () => this.#or());
      const close = this.#token;
      if (this.#take(')')) return { ...inner, start: token.start, end: close?.end ?? inner.end };
      if (close?.type === 'mistake') throw new Wrong(close.message, close);
      if (close) throw new Wrong('a comma (or), ‘&’ (and) or ‘)’ is missing before this', close);
      throw new Wrong('this ‘(’ is not closed', token);
    }
    throw new Wrong(
      `a host name, ‘@tag’, ‘system:’, ‘state:’ or ‘saved:’ is missing before this ‘${token.sign}’`,
      token,
    );
  }

  #savedNode(term: Term): SavedNode {
    const span = { start: term.valueStart, end: term.end };
    const name = term.pattern.text;
    const { saved, around } = this.#surroundings;
    const text = saved.get(name);
    if (text === undefined) {
      const meant = nearest(name, saved.keys());
      const hint = meant === null ? '' : `; did you mean ‘${meant}’?`;
      throw new Wrong(`there is no saved selection ‘${name}’${hint}`, span);
    }
    if (around.includes(name)) throw new Wrong(`the saved selection ‘${name}’ holds itself`, span);
    if (--this.#surroundings.budget.left < 0) throw new Wrong('too many saved selections are in one another', span);
    const inner = parseInside(text, { ...this.#surroundings, around: [...around, name] });
    if (!inner.ok) throw new Wrong(`the saved selection ‘${name}’ is wrong: ${inner.error.message}`, span);
    return { type: 'saved', name, operand: inner.node, start: term.start, end: term.end };
  }

  #nested<T>(at: Span, part: () => T): T {
    if (++this.#depth > maxDepth) throw new Wrong('this is nested too deeply', at);
    const result = part();
    this.#depth--;
    return result;
  }
}

function checkedTerm<Field extends Term['field']>(term: Term, field: Field): Term & { readonly field: Field } {
  const isState = (text: string): boolean => hostStates.some((state) => state === text);
  if (field === 'state' && !isState(term.pattern.text)) {
    const message = `‘${term.pattern.text}’ is not a state; known are ${hostStates.join(', ')}`;
    throw new Wrong(message, { start: term.valueStart, end: term.end });
  }
  return { ...term, field };
}

function parseInside(text: string, surroundings: Surroundings): ParsedSelection {
  try {
    return { ok: true, node: new Parser(text, surroundings).parse() };
  } catch (error) {
    if (error instanceof Wrong) return { ok: false, error: error.error };
    throw error;
  }
}

/**
 * Reads a selection: names and globs (`web-*`), `@tag`, `system:aarch64-linux`, `state:reachable`, `saved:name`, `!` not,
 * `&` and, `,` or (weakest), parentheses, `"any name"` in quotes. Colmena's `--on` forms mean here what they mean there.
 * @param saved the selections that `saved:` can name
 */
export function parseSelection(text: string, saved: SavedSelections = new Map()): ParsedSelection {
  return parseInside(text, { saved, around: [], budget: { left: maxSaved } });
}
