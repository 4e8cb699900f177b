import { quoteWord } from './complete.ts';
import { tokenize } from './lexer.ts';

/** A selection as it is written once a saved selection that it names has another name. */
export function renameSaved(text: string, from: string, to: string): string {
  let result = '';
  let at = 0;
  for (const token of tokenize(text)) {
    if (token.type !== 'term' || token.field !== 'saved' || token.pattern.text !== from) continue;
    result += text.slice(at, token.valueStart) + quoteWord(to);
    at = token.end;
  }
  return result + text.slice(at);
}
