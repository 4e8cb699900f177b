import { linter, lintGutter } from '@codemirror/lint';
import { EditorState, Text, Transaction, type Extension } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { nix } from '@replit/codemirror-lang-nix';
import { basicSetup } from 'codemirror';
import { codeTheme } from './code-theme.ts';
import { lineBreakOf } from './line-break.ts';
import { lineChanges, linesOf } from './merge-texts.ts';
import { nixDiagnostics } from './nix-problems.ts';
import { optionNames, type OptionSource } from './option-names.ts';

export interface CodeEditorOptions {
  readonly text: string;
  /** The accessible name. */
  readonly label: string;
  /** Nix colours and marks for what is no Nix. */
  readonly isNix: boolean;
  readonly isReadOnly: boolean;
  /** Who knows the NixOS options that a Nix text may set; absent: nobody. */
  readonly options?: OptionSource | undefined;
  onChange(text: string): void;
  /** Mod+S. */
  onSave(): void;
}

const CHECK_DELAY_MS = 250;

/** A text editor in an element. What it gives back differs from what it was given by what was typed, and no more. */
export class CodeEditor implements Disposable {
  readonly #view: EditorView;
  readonly #options: CodeEditorOptions;

  constructor(parent: HTMLElement, options: CodeEditorOptions) {
    this.#options = options;
    this.#view = new EditorView({ parent, state: this.#stateOf(options.text) });
  }

  get text(): string {
    return this.#view.state.sliceDoc();
  }

  /** Shows another text. Its history begins anew: undoing never leads back into the text before. */
  setText(text: string): void {
    if (text !== this.text) this.#view.setState(this.#stateOf(text));
  }

  /**
   * Puts in what came from elsewhere while this text was written: the cursor and the history of what was typed stay, and
   * undoing leaves alone what came.
   */
  mergeText(text: string): void {
    const { doc, lineBreak } = this.#view.state;
    const before = doc.toString();
    const after = text.replaceAll(lineBreak, '\n');
    const changes = lineChanges(before, after);
    if (changes === null || lineBreakOf(text) !== lineBreak) return this.setText(text);
    const starts = [0];
    for (const line of linesOf(before)) starts.push((starts.at(-1) ?? 0) + line.length);
    this.#view.dispatch({
      changes: changes.map(({ from, to, lines }) => ({
        from: starts[from] ?? doc.length,
        to: starts[to] ?? doc.length,
        insert: Text.of(lines.join('').split('\n')),
      })),
      annotations: Transaction.addToHistory.of(false),
    });
  }

  /** Puts the cursor at a line (from 1) and shows it. */
  goToLine(line: number): void {
    const { doc } = this.#view.state;
    const { from } = doc.line(Math.min(Math.max(1, line), doc.lines));
    this.#view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
    this.#view.focus();
  }

  #stateOf(text: string): EditorState {
    const { label, isNix, isReadOnly, options, onChange, onSave } = this.#options;
    const extensions: Extension[] = [
      // Before the set-up: what it binds first wins.
      keymap.of([{ key: 'Mod-s', preventDefault: true, run: () => (onSave(), true) }]),
      EditorState.lineSeparator.of(lineBreakOf(text)),
      EditorState.tabSize.of(2),
      EditorState.readOnly.of(isReadOnly),
      EditorView.contentAttributes.of({
        'aria-label': label,
        tabindex: '0',
        ...(isReadOnly ? { 'aria-readonly': 'true' } : {}),
      }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) onChange(update.state.sliceDoc());
      }),
      basicSetup,
      codeTheme,
    ];
    if (isNix) {
      const check = linter((view) => nixDiagnostics(view.state.doc.toString()), { delay: CHECK_DELAY_MS });
      extensions.push(nix(), check, lintGutter());
      if (options) extensions.push(optionNames(options));
    }
    return EditorState.create({ doc: text, extensions });
  }

  [Symbol.dispose](): void {
    this.#view.destroy();
  }
}
