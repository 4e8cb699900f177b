import { plainText } from './terminal-text.ts';

/**
 * Nix quotes what it complains about: the definitions of an option, the lines of a file, the value that does not fit. What
 * is said about the options under `deployment.keys` can hold a key's value so, and what nix says becomes logs, events and
 * evidence. This leaves such values out and keeps the rest: which option, which files, which places.
 */

/** Stands where a value would. */
export const keyLeftOut = '<left out: a key’s value>';
const linesLeftOut = '<left out: lines that may hold a key’s value>';
const reasonLeftOut = '<left out: it may quote a key’s value>';

const keyOption = /(?:^|\.)deployment(?:\.keys(?:\.|$)|$)/;
const context = /… while evaluating (?:the option|definitions? (?:of|for)) [`‘'](?<option>[^'’]{1,400})['’]/;
const optionSentence = /(?:\boption|definitions of) [`‘'](?<option>[^'’\n]{1,400})['’]/;
/** `- In \`FILE': VALUE`; a value of several lines stands below it, further in. */
const definition = /^(?<before>.{0,200}?)(?<head>- In [`‘'].*?['’]:)(?<value>.*)$/;
/** What a definition's value looks like where keys are below the option itself. */
const keysWithin = /\bdeployment\b|\bkeyCommand\b|\bkeys = \{[^]*\btext = /;
/** A source line as nix quotes it, or the mark below one. */
const sourceLine = /^(?<before>(?:.{0,200}?\s)?)(?:\d+\|(?: |$)|\|\s+\^\s*$)/;
const keyCode = /\bkeys\b|\bkeyCommand\b|\btext\s*=/;
const string = /"|''/;
/** Of one piece; what is beyond is told by nobody. */
const mostLines = 10_000;
/** An error begins anew; what is told inside of one is indented. */
const outermost = /(?:^|\S )error:/;
const reason = /^(?<before>.{0,200}?\s)error: ?(?<reason>\S.*)$/;
/** Reasons that name things and quote no value; definitions below them are seen to on their own. */
const harmless =
  /^(?:The (?:unique )?option |A definition for option |Cannot merge definitions |undefined variable '|attribute '[^']*' (?:missing|in selection path)|infinite recursion|stack overflow|syntax error|path '[^']*' does not exist|(?:getting status of|opening file|reading file) |In module |[A-Za-z ,()-]+$)/;
/** `cannot coerce a set to a string: VALUE`. */
const valueAtEnd = /^((?:cannot|expected|value is)[a-z ]+):/;
const thrown = /… while calling the '(?:throw|abort)' builtin/;

/** Takes what nix or a program above it prints, line by line. Lines of one piece come together, when its end is known. */
export class KeyValueFilter {
  /** The last option that is said to be evaluated is a key's. */
  #isAboutKeys = false;
  #isThrown = false;
  /** The option that the sentence is about. */
  #option: string | null = null;
  #piece: {
    readonly kind: 'definition' | 'code' | 'reason';
    readonly before: string;
    readonly lines: string[];
  } | null = null;

  /** Gives the lines that may be told now. */
  line(line: string): string[] {
    const plain = plainText(line);
    if (this.#goesOn(plain)) {
      if (this.#piece !== null && this.#piece.lines.length < mostLines) this.#piece.lines.push(line);
      return [];
    }
    const done = this.end();
    return [...done, ...this.#begin(line, plain)];
  }

  /** Gives the lines that were held until now. */
  end(): string[] {
    const piece = this.#piece;
    this.#piece = null;
    if (piece === null) return [];
    const [first = '', ...rest] = piece.lines;
    if (piece.kind === 'reason') return [first];
    const text = piece.lines.map(plainText).join('\n');
    if (piece.kind === 'code') {
      const isSecret = this.#isAboutKeys || (keyCode.test(text) && string.test(text));
      return isSecret ? [`${piece.before}${linesLeftOut}`] : piece.lines;
    }
    const isSecret = this.#option !== null && keyOption.test(this.#option);
    if (!isSecret && !keysWithin.test(text)) return [first, ...rest];
    const { before = '', head = '' } = definition.exec(plainText(first))?.groups ?? {};
    return [`${before}${head} ${keyLeftOut}`];
  }

  #goesOn(plain: string): boolean {
    if (this.#piece === null) return false;
    const { kind, before } = this.#piece;
    if (kind === 'code') return sourceLine.test(plain);
    if (kind === 'reason') return plain.startsWith(before) && plain.trim() !== '';
    return plain.startsWith(`${before}  `) || plain.trim() === '' || plain.trimEnd() === before.trimEnd();
  }

  #begin(line: string, plain: string): string[] {
    if (outermost.test(plain)) {
      this.#isAboutKeys = false;
      this.#option = null;
    }
    const evaluated = context.exec(plain)?.groups?.['option'];
    if (evaluated !== undefined) this.#isAboutKeys = keyOption.test(evaluated);
    if (plain.includes('… ')) this.#isThrown = thrown.test(plain);
    const defined = definition.exec(plain)?.groups;
    if (defined !== undefined) return this.#hold('definition', defined['before'] ?? '', line);
    const code = sourceLine.exec(plain)?.groups;
    if (code !== undefined) return this.#hold('code', code['before'] ?? '', line);
    this.#option = optionSentence.exec(plain)?.groups?.['option'] ?? this.#option;
    return this.#isAboutKeys ? this.#reason(line, plain) : [line];
  }

  #reason(line: string, plain: string): string[] {
    const { before = '', reason: said } = reason.exec(plain)?.groups ?? {};
    if (said === undefined || harmless.test(said)) return [line];
    if (this.#isThrown) return [plain.replace(/"(?:[^"\\]|\\.)*(?:"|$)/g, `"${keyLeftOut}"`)];
    const told = valueAtEnd.exec(said)?.[1];
    return this.#hold(
      'reason',
      before,
      `${before}error: ${told === undefined ? reasonLeftOut : `${told}: ${keyLeftOut}`}`,
    );
  }

  #hold(kind: 'definition' | 'code' | 'reason', before: string, line: string): [] {
    this.#piece = { kind, before, lines: [line] };
    return [];
  }
}

/** A whole message of nix without values of keys. */
export function withoutKeyValues(text: string): string {
  if (!text.includes('\n')) return text;
  const filter = new KeyValueFilter();
  const lines = text.split('\n').flatMap((line) => filter.line(line));
  return [...lines, ...filter.end()].join('\n');
}

/**
 * An error's own words, which nix tells beside the whole message, without values of keys.
 * @param text the whole message, with what was being evaluated
 */
export function reasonWithoutKeyValues(own: string, text: string): string {
  const filter = new KeyValueFilter();
  for (const line of text.split('\n')) {
    if (reason.test(plainText(line)) && !outermost.test(plainText(line))) break;
    filter.line(line);
  }
  filter.end();
  const indent = '       ';
  const begin = `${indent}error: `;
  const [first = '', ...rest] = own.split('\n');
  const lines = [`${begin}${first}`, ...rest.map((line) => `${indent}${line}`)].flatMap((line) => filter.line(line));
  return [...lines, ...filter.end()]
    .map((line) => (line.startsWith(begin) ? line.slice(begin.length) : line.slice(indent.length)))
    .join('\n');
}
