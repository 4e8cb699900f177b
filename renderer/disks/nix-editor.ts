import { nix } from '@replit/codemirror-lang-nix';
import { bracketMatching } from '@codemirror/language';
import { lintGutter, setDiagnostics } from '@codemirror/lint';
import { Annotation, EditorState, Prec, type Extension } from '@codemirror/state';
import { keymap, lineNumbers } from '@codemirror/view';
import { EditorView, minimalSetup } from 'codemirror';
import { codeTheme } from '../ui/code/code-theme.ts';

/** Marks changes that come from the drawing, not from the keyboard. */
const fromDrawing = Annotation.define<boolean>();

function base(label: string): Extension[] {
  return [lineNumbers(), nix(), codeTheme, EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' })];
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
    // The line's beginning is shown: a change far to the right would hide it.
    const line = text.lastIndexOf('\n', from - 1) + 1;
    this.#view.dispatch({
      changes: { from, to: old.length - tail, insert: text.slice(from, text.length - tail) },
      effects: EditorView.scrollIntoView(Math.min(line, from), { y: 'center' }),
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
    const line = this.#view.state.doc.lineAt(at).from;
    this.#view.dispatch({ effects: EditorView.scrollIntoView(line, { y: 'start', yMargin: 24 }) });
  }

  revealLine(line: number): void {
    const { doc } = this.#view.state;
    this.reveal(doc.line(Math.max(1, Math.min(line, doc.lines))).from);
  }

  [Symbol.dispose](): void {
    this.#view.destroy();
  }
}
