/**
 * The line break that an editor has to keep apart from text, so that what it gives back is what it was given: CRLF where
 * every line of the text ends so, else LF, and then a stray CR is a character like others.
 */
export function lineBreakOf(text: string): '\n' | '\r\n' {
  return text.includes('\n') && !/(^|[^\r])\n/.test(text) ? '\r\n' : '\n';
}
