import { nix } from '@replit/codemirror-lang-nix';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, setDiagnostics } from '@codemirror/lint';
import { unifiedMergeView } from '@codemirror/merge';
import { Annotation, EditorState, Prec, type Extension } from '@codemirror/state';
import { keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { EditorView, minimalSetup } from 'codemirror';

/** Marks changes that come from the drawing, not from the keyboard. */
const fromDrawing = Annotation.define<boolean>();

const colours = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--text-3)', fontStyle: 'italic' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--ansi-green)' },
  { tag: [tags.keyword, tags.operatorKeyword, tags.definitionKeyword], color: 'var(--ansi-magenta)' },
  { tag: [tags.number, tags.bool, tags.literal, tags.null], color: 'var(--ansi-blue)' },
  { tag: [tags.propertyName, tags.variableName, tags.definition(tags.variableName)], color: 'var(--text)' },
]);

const look = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'var(--sunken)', fontSize: 'var(--t-s)' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.5', fontVariantLigatures: 'none' },
  '.cm-gutters': { color: 'var(--text-3)', backgroundColor: 'var(--sunken)', border: '0' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    background: 'var(--ansi-selection)',
  },
  '.cm-matchingBracket': { backgroundColor: 'var(--accent-soft)', outline: '1px solid var(--line-strong)' },
  '.cm-tooltip': { color: 'var(--text)', backgroundColor: 'var(--raised)', border: '1px solid var(--line-strong)' },
  '.cm-changedLine': { backgroundColor: 'var(--ok-soft) !important' },
  '.cm-deletedChunk': { backgroundColor: 'var(--bad-soft) !important' },
  // The lines are coloured already; a second ground under the letters would make them hard to read.
  '.cm-changedText, .cm-deletedText, .cm-deletedChunk .cm-deletedText': {
    background: 'none !important',
    textDecoration: 'underline 2px',
    textUnderlineOffset: '3px',
  },
  '.cm-deletedChunk *, .cm-changedLine *': { color: 'var(--text) !important' },
  '.cm-collapsedLines': { color: 'var(--text-2)', background: 'var(--panel) !important' },
  '.cm-collapsedLines::before, .cm-collapsedLines::after': { content: '"…" !important' },
});

function base(label: string): Extension[] {
  return [
    lineNumbers(),
    nix(),
    syntaxHighlighting(colours),
    look,
    EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
  ];
}

export interface NixEditorOptions {
  readonly parent: HTMLElement;
  readonly text: string;
  readonly isReadOnly: boolean;
  readonly onType: (text: string) => void;
  readonly onUndo: () => void;
  readonly onRedo: () => void;
}

/** The Nix text, editable. Undo and redo are the page's: one history for the text and the drawing. */
export class NixEditor implements Disposable {
  readonly #view: EditorView;

  constructor({ parent, text, isReadOnly, onType, onUndo, onRedo }: NixEditorOptions) {
    const run = (act: () => void) => (): boolean => {
      act();
      return true;
    };
    const keys = [
      { key: 'Mod-z', run: run(onUndo), preventDefault: true },
      { key: 'Mod-Shift-z', run: run(onRedo), preventDefault: true },
      { key: 'Mod-y', run: run(onRedo), preventDefault: true },
    ];
    this.#view = new EditorView({
      parent,
      doc: text,
      extensions: [
        Prec.highest(keymap.of(keys)),
        minimalSetup,
        base('Nix text'),
        bracketMatching(),
        lintGutter(),
        EditorState.readOnly.of(isReadOnly),
        EditorView.updateListener.of((update) => {
          const isOurs = update.transactions.some((transaction) => transaction.annotation(fromDrawing));
          if (update.docChanged && !isOurs) onType(update.state.doc.toString());
        }),
      ],
    });
  }

  /** Shows another text; only what differs is exchanged, so that cursor and scrolling stay. */
  setText(text: string): void {
    const old = this.#view.state.doc.toString();
    if (old === text) return;
    let from = 0;
    while (from < old.length && from < text.length && old[from] === text[from]) from++;
    let tail = 0;
    const most = Math.min(old.length, text.length) - from;
    while (tail < most && old[old.length - 1 - tail] === text[text.length - 1 - tail]) tail++;
    this.#view.dispatch({
      changes: { from, to: old.length - tail, insert: text.slice(from, text.length - tail) },
      effects: EditorView.scrollIntoView(from, { y: 'center' }),
      annotations: fromDrawing.of(true),
    });
  }

  /** Marks a line with a message; null takes the mark away. */
  mark(mark: { line: number; message: string } | null): void {
    const { doc } = this.#view.state;
    const line = mark === null ? null : doc.line(Math.max(1, Math.min(mark.line, doc.lines)));
    const found =
      mark === null || line === null
        ? []
        : [{ from: line.from, to: line.to, severity: 'error' as const, message: mark.message }];
    this.#view.dispatch(setDiagnostics(this.#view.state, found));
  }

  /** Brings a place into view. @param offset from the beginning of the text */
  reveal(offset: number): void {
    const at = Math.max(0, Math.min(offset, this.#view.state.doc.length));
    this.#view.dispatch({ effects: EditorView.scrollIntoView(at, { y: 'start', yMargin: 24 }) });
  }

  revealLine(line: number): void {
    const { doc } = this.#view.state;
    this.reveal(doc.line(Math.max(1, Math.min(line, doc.lines))).from);
  }

  [Symbol.dispose](): void {
    this.#view.destroy();
  }
}

/** What changed between two texts, one above the other; far unchanged lines are folded. */
export function showDifference(parent: HTMLElement, before: string, after: string): Disposable {
  const view = new EditorView({
    parent,
    doc: after,
    extensions: [
      base('Changes of the Nix text'),
      EditorView.theme({ '&': { height: 'auto', maxHeight: 'min(60vh, 520px)' } }),
      EditorState.readOnly.of(true),
      unifiedMergeView({ original: before, mergeControls: false, collapseUnchanged: { margin: 3, minSize: 6 } }),
    ],
  });
  return { [Symbol.dispose]: () => view.destroy() };
}
