import { MergeView, unifiedMergeView } from '@codemirror/merge';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { nix } from '@replit/codemirror-lang-nix';
import { codeTheme } from './code-theme.ts';

export interface TextDiffOptions {
  readonly before: string;
  readonly after: string;
  /** The accessible name of what is compared. */
  readonly label: string;
  readonly isNix: boolean;
  readonly form: 'side-by-side' | 'unified';
}

/** Lines around a change; more is folded away where there is much. */
const collapseUnchanged = { margin: 4, minSize: 12 };

/** Shows how two texts differ, to be read. */
export function showTextDiff(parent: HTMLElement, { before, after, label, isNix, form }: TextDiffOptions): Disposable {
  const named = (side: string): Extension[] => [
    lineNumbers(),
    EditorState.readOnly.of(true),
    // A region that scrolls has to be reachable by keyboard.
    EditorView.contentAttributes.of({ 'aria-label': `${label}${side}`, 'aria-readonly': 'true', tabindex: '0' }),
    codeTheme,
    isNix ? nix() : [],
  ];
  if (form === 'unified') {
    // A new text is all change: marking every letter of it would tell nothing.
    const highlightChanges = before !== '';
    const merge = unifiedMergeView({
      original: before,
      mergeControls: false,
      gutter: true,
      highlightChanges,
      collapseUnchanged,
    });
    const view = new EditorView({ parent, doc: after, extensions: [...named(', changes'), merge] });
    return { [Symbol.dispose]: () => view.destroy() };
  }
  const view = new MergeView({
    parent,
    a: { doc: before, extensions: named(' before') },
    b: { doc: after, extensions: named(' after') },
    collapseUnchanged,
  });
  return { [Symbol.dispose]: () => view.destroy() };
}
