import { stripVTControlCharacters, styleText } from 'node:util';
import { visibleText, written } from '../../../shared/visible-text.ts';

/**
 * Text from a fleet, a host or a program, safe to print: control characters could move the cursor, change the title or
 * hide what follows, and invisible ones make a text look like another. Line feeds stay where `multiline` is set.
 */
export function printable(text: string, multiline = false): string {
  return visibleText(text).replace(/\p{Cc}/gu, (character) => {
    if (multiline && (character === '\n' || character === '\t')) return character;
    return written(character);
  });
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Colours where a terminal wants them; the text as it is elsewhere. */
export type Painter = (style: Style, text: string) => string;

export function painter(hasColour: boolean): Painter {
  return (style, text) => (hasColour ? styleText(style, text, { validateStream: false }) : text);
}

/** Columns that a text, painted or not, takes on a terminal: code points, which is right for all but rare scripts and pictures. */
export function width(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

/** A text cut to a number of columns, with a mark where it was cut. */
export function shortened(text: string, columns: number): string {
  const characters = [...text];
  return characters.length <= columns ? text : `${characters.slice(0, columns - 1).join('')}…`;
}

/** A number of bytes as a person reads it. */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** A time span as a person reads it: `0.4 s`, `12 s`, `3 min 5 s`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes} min ${Math.round(seconds % 60)} s`;
}
