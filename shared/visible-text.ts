/**
 * A text with its invisible characters written out (`\u202e`): marks that turn the direction of writing, joiners and
 * spaces without width (Unicode's category Cf) make one name or message look like another.
 */
export function visibleText(text: string): string {
  return text.replace(/\p{Cf}/gu, written);
}

/** A character as the escape that stands for it in many languages. */
export function written(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
