import type { Diagnostic } from '@codemirror/lint';
import { parseNix } from '../../../shared/nix/parser.ts';

/** What keeps a text from being Nix, as marks of an editor: each at least one character wide and inside the text. */
export function nixDiagnostics(text: string): Diagnostic[] {
  return parseNix(text).problems.map(({ start, end, message }) => {
    const from = Math.min(start, Math.max(0, text.length - 1));
    return { from, to: Math.min(Math.max(end, from + 1), text.length), severity: 'error', message };
  });
}
