/**
 * What programs write to terminals, made harmless: control characters and escape sequences of builders, remote shells
 * and ssh must neither reach a parser nor drive a person's terminal (titles, clipboard, cursor).
 */

/** CSI (ECMA-48 5.4), OSC/DCS/SOS/PM/APC strings up to BEL or ST (or cut off by the line's end), other escapes. */
const escapeSequence =
  /\u001b(?:\[[0-?]*[ -/]*(?:[@-~]|$)|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\|$)|[ -/]*(?:[0-~]|$))|\u009b[0-?]*[ -/]*(?:[@-~]|$)/g;
const colourSequence = /^\u001b\[[0-9;:]*m$/;
/** C0 without tab, line feed and carriage return; DEL; C1. */
const controlCharacter = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;
/** A carriage return and an erased line at the end: what stood there is gone. */
const erasedAtEnd = /\r(?:\u001b\[[0-9;]*m)*\u001b\[K$/;
const anythingOdd = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

/**
 * The text as a reader sees it: no escape sequence, no control character. A carriage return starts the line anew, as
 * on a terminal, so that of a redrawn progress bar only the last drawing is left.
 */
export function plainText(line: string): string {
  if (!anythingOdd.test(line)) return line;
  if (erasedAtEnd.test(line)) return '';
  const bare = line.replace(escapeSequence, '').replace(controlCharacter, '');
  if (!bare.includes('\r')) return bare;
  return bare
    .split('\n')
    .map((part) => part.slice(part.replace(/\r+$/, '').lastIndexOf('\r') + 1).replace(/\r+$/, ''))
    .join('\n');
}

/** The text with its colours kept and every other escape sequence and control character removed. */
export function colouredText(line: string): string {
  if (hasOnlyColours(line)) return line;
  let result = '';
  let from = 0;
  for (const found of line.matchAll(escapeSequence)) {
    result += withoutControls(line.slice(from, found.index));
    if (colourSequence.test(found[0])) result += found[0];
    from = found.index + found[0].length;
  }
  return result + withoutControls(line.slice(from));
}

/** By hand, since every line of every build goes through here and most have nothing but colours. */
function hasOnlyColours(line: string): boolean {
  for (let at = 0; at < line.length; at += 1) {
    const code = line.charCodeAt(at);
    if ((code >= 32 && code < 127) || code > 159 || code === 9) continue;
    if (code !== 27 || line.charCodeAt(at + 1) !== 91) return false;
    at += 2;
    let end = line.charCodeAt(at);
    while (end >= 48 && end <= 59) end = line.charCodeAt((at += 1));
    if (end !== 109) return false;
  }
  return true;
}

function withoutControls(text: string): string {
  return text.replace(controlCharacter, '').replaceAll('\r', '');
}

/**
 * At most `limit` characters; says how many were left out (and `leftOut` before), and never splits a surrogate pair.
 */
export function shortened(text: string, limit: number, leftOut = 0): string {
  if (text.length <= limit && leftOut === 0) return text;
  const last = Math.min(limit, text.length) - 1;
  const end = isFirstOfPair(text.charCodeAt(last)) ? last : last + 1;
  return `${text.slice(0, end)} … (${text.length - end + leftOut} characters left out)`;
}

function isFirstOfPair(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
