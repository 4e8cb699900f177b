import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const colors = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--text-3)', fontStyle: 'italic' },
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword], color: 'var(--ansi-magenta)' },
  { tag: [tags.string, tags.special(tags.string), tags.url], color: 'var(--ansi-green)' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom, tags.escape], color: 'var(--ansi-yellow)' },
  { tag: [tags.propertyName, tags.definition(tags.variableName), tags.attributeName], color: 'var(--ansi-blue)' },
  { tag: [tags.function(tags.variableName), tags.standard(tags.variableName)], color: 'var(--ansi-cyan)' },
]);

const look = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'var(--panel)', fontSize: 'var(--t-s)' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6', fontVariantLigatures: 'none' },
  '.cm-content': { caretColor: 'var(--text)' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { color: 'var(--text-3)', backgroundColor: 'var(--panel)', borderRight: '1px solid var(--line)' },
  '.cm-activeLineGutter': { color: 'var(--text)', backgroundColor: 'var(--hover)' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--hover) 55%, transparent)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--ansi-selection)',
  },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--accent-soft)' },
  '.cm-selectionMatch': { backgroundColor: 'var(--warn-soft)' },
  '.cm-panels': { color: 'var(--text)', backgroundColor: 'var(--sunken)', borderColor: 'var(--line)' },
  '.cm-panel input, .cm-panel button': {
    color: 'var(--text)',
    backgroundImage: 'none',
    backgroundColor: 'var(--raised)',
  },
  '.cm-tooltip': {
    color: 'var(--text)',
    backgroundColor: 'var(--raised)',
    border: '1px solid var(--line-strong)',
    borderRadius: 'var(--r2)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', maxHeight: '16em' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    color: 'var(--text)',
    backgroundColor: 'var(--accent-soft)',
  },
  '.cm-tooltip .cm-completionDetail': {
    display: 'inline-block',
    maxWidth: '22em',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    verticalAlign: 'bottom',
    color: 'var(--text-2)',
    fontStyle: 'normal',
  },
  '.cm-completionMatchedText': { color: 'var(--accent)', textDecoration: 'none', fontWeight: '600' },
  '.cm-option-card': {
    maxWidth: '60ch',
    maxHeight: '40vh',
    overflow: 'auto',
    padding: '8px 10px',
    font: 'var(--t-s) / 1.5 var(--font)',
  },
  '.cm-option-card strong': { fontFamily: 'var(--mono)', overflowWrap: 'anywhere' },
  '.cm-option-card p': { margin: '4px 0', whiteSpace: 'pre-line', overflowWrap: 'anywhere' },
  '.cm-option-card dl': { display: 'grid', gridTemplateColumns: 'max-content 1fr', gap: '2px 10px', margin: '4px 0 0' },
  '.cm-option-card dt': { color: 'var(--text-2)' },
  '.cm-option-card dd': { margin: '0', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' },
  '.cm-option-card dd.cm-option-code': { fontFamily: 'var(--mono)' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
  '.cm-foldPlaceholder, .cm-collapsedLines': {
    color: 'var(--text-2)',
    background: 'var(--sunken)',
    borderColor: 'var(--line)',
  },
  '&.cm-merge-a .cm-changedLine, .cm-deletedChunk': { backgroundColor: 'var(--bad-soft)' },
  '&.cm-merge-b .cm-changedLine, .cm-inlineChangedLine': { backgroundColor: 'var(--ok-soft)' },
  // The lines are coloured already; a second ground under the letters would make them hard to read.
  '&.cm-merge-a .cm-changedText, &.cm-merge-b .cm-changedText, .cm-deletedChunk .cm-deletedText': {
    background: 'none',
    textDecoration: 'underline 2px',
    textUnderlineOffset: '3px',
  },
  '.cm-changedLineGutter': { background: 'var(--ok)' },
  '.cm-deletedLineGutter': { background: 'var(--bad)' },
});

/** The editor in the window's own colours: light and dark come with the tokens. */
export const codeTheme: Extension = [look, syntaxHighlighting(colors)];
