import { tokenize, type Span, type Term, type Token } from './lexer.ts';

/** States that `state:` knows; what each means is in `evaluate.ts`. */
export const hostStates = ['reachable', 'outdated', 'failed', 'reboot'] as const;
export type HostState = (typeof hostStates)[number];

/** A selection as a tree. A term's `field` and `pattern` are those of the text. */
export type SelectionNode =
  | Term
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

class Parser {
  readonly #tokens: readonly Token[];
  readonly #textLength: number;
  #next = 0;
  #depth = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text);
    this.#textLength = text.length;
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
    if (!token) throw new Wrong('a host name, ‘@tag’, ‘system:’ or ‘state:’ is missing at the end', this.#end);
    if (token.type === 'mistake') throw new Wrong(token.message, token);
    if (token.type === 'term') {
      this.#next++;
      return checkedTerm(token);
    }
    if (this.#take('(')) {
      const inner = this.#nested(token, () => this.#or());
      const close = this.#token;
      if (this.#take(')')) return { ...inner, start: token.start, end: close?.end ?? inner.end };
      if (close?.type === 'mistake') throw new Wrong(close.message, close);
      if (close) throw new Wrong('a comma (or), ‘&’ (and) or ‘)’ is missing before this', close);
      throw new Wrong('this ‘(’ is not closed', token);
    }
    throw new Wrong(`a host name, ‘@tag’, ‘system:’ or ‘state:’ is missing before this ‘${token.sign}’`, token);
  }

  #nested<T>(at: Span, part: () => T): T {
    if (++this.#depth > maxDepth) throw new Wrong('this is nested too deeply', at);
    const result = part();
    this.#depth--;
    return result;
  }
}

function checkedTerm(term: Term): Term {
  const isState = (text: string): boolean => hostStates.some((state) => state === text);
  if (term.field === 'state' && !isState(term.pattern.text)) {
    const message = `‘${term.pattern.text}’ is not a state; known are ${hostStates.join(', ')}`;
    throw new Wrong(message, { start: term.valueStart, end: term.end });
  }
  return term;
}

/**
 * Reads a selection: names and globs (`web-*`), `@tag`, `system:aarch64-linux`, `state:reachable`, `!` not, `&` and,
 * `,` or (weakest), parentheses, `"any name"` in quotes. Colmena's `--on` forms mean here what they mean there.
 */
export function parseSelection(text: string): ParsedSelection {
  try {
    return { ok: true, node: new Parser(text).parse() };
  } catch (error) {
    if (error instanceof Wrong) return { ok: false, error: error.error };
    throw error;
  }
}
