import { EditorState } from '@codemirror/state';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { lineBreakOf } from '../../../../../renderer/ui/code/line-break.ts';
import { nixDiagnostics } from '../../../../../renderer/ui/code/nix-problems.ts';

it('an editor gives back every byte of what it was given, whatever its line ends', () => {
  const pieces = fc.array(fc.constantFrom('a', '\n', '\r\n', '\r', ' ', 'ä'), { maxLength: 12 });
  fc.assert(
    fc.property(pieces, (parts) => {
      const text = parts.join('');
      const state = EditorState.create({
        doc: text,
        extensions: EditorState.lineSeparator.of(lineBreakOf(text)),
      });
      expect(state.sliceDoc()).toBe(text);
    }),
  );
});

it('marks of mistakes lie inside the text and can be seen', () => {
  for (const text of ['{ a = 1', '{ a = 1 b = 2; }', '']) {
    const marks = nixDiagnostics(text);
    expect(marks.length).toBeGreaterThan(0);
    for (const { from, to } of marks) {
      expect(from).toBeGreaterThanOrEqual(0);
      expect(to).toBeLessThanOrEqual(text.length);
      if (text !== '') expect(to).toBeGreaterThan(from);
    }
  }
  expect(nixDiagnostics('{ a = 1; }')).toEqual([]);
});
