import { EditorState, StateEffect, StateField, type Extension } from '@codemirror/state';
import { EditorView, hoverTooltip, keymap, showTooltip, type Command, type Tooltip } from '@codemirror/view';
import type { OptionFacts, OptionName } from '../../../shared/contract/options.ts';
import { optionNamed, optionPlace } from '../../../shared/nix/options/place.ts';
import type { OptionPath } from '../../../shared/nix/options/scope.ts';
import { formatName } from '../../../shared/nix/value.ts';
import { optionRows, readableDescription, spokenOption } from './option-text.ts';

/** Who knows the options; an answer is empty (or null) while nobody does. */
export interface OptionSource {
  complete(path: OptionPath, prefix: string): Promise<{ names: readonly OptionName[]; isComplete: boolean }>;
  describe(path: OptionPath): Promise<OptionFacts | null>;
}

/** What CodeMirror's autocompletion tells a source (its `CompletionContext`), as far as it is used. */
interface CompletionQuestion {
  readonly state: EditorState;
  readonly pos: number;
  readonly explicit: boolean;
}

/** An option as it is told of in the editor. */
function optionCard(facts: OptionFacts): HTMLElement {
  const card = document.createElement('div');
  card.className = 'cm-option-card';
  const add = (parent: HTMLElement, tag: string, text: string, className = ''): void => {
    const element = document.createElement(tag);
    element.textContent = text;
    element.className = className;
    parent.append(element);
  };
  add(card, 'strong', facts.isReadOnly ? `${facts.name} (read only)` : facts.name);
  const description = readableDescription(facts.description ?? '');
  if (description !== '') add(card, 'p', description);
  const list = document.createElement('dl');
  for (const { name, value, isCode } of optionRows(facts)) {
    add(list, 'dt', name);
    add(list, 'dd', value, isCode ? 'cm-option-code' : '');
  }
  card.append(list);
  return card;
}

/** Names of options where one is written. */
function completion(source: OptionSource) {
  return async ({ state, pos, explicit }: CompletionQuestion) => {
    const place = optionPlace(state.doc.toString(), pos);
    if (place === null) return null;
    const { path, name: prefix, from, to } = place;
    if (!explicit && prefix === '' && state.sliceDoc(from - 1, from) !== '.') return null;
    const written = state.sliceDoc(from, pos);
    const { names, isComplete } = await source.complete(path, written);
    if (names.length === 0) return null;
    return {
      from,
      to,
      options: names.map(({ name, type, hasMore }) => ({
        label: name,
        apply: formatName(name),
        detail: type ?? '…',
        type: hasMore ? 'namespace' : 'property',
        info: async () => {
          const facts = await source.describe([...path, name]);
          return facts && optionCard(facts);
        },
      })),
      ...(isComplete ? { validFor: /^[\w'-]*$/ } : {}),
    };
  };
}

const showCard = StateEffect.define<Tooltip | null>();

/** The card that was asked for by keyboard; whatever is done next takes it away. */
const card = StateField.define<Tooltip | null>({
  create: () => null,
  update(shown, transaction) {
    const asked = transaction.effects.find((effect) => effect.is(showCard));
    if (asked?.is(showCard)) return asked.value;
    return transaction.docChanged || transaction.selection ? null : shown;
  },
  provide: (field) => showTooltip.from(field),
});

async function tooltipAt(source: OptionSource, state: EditorState, pos: number) {
  const place = optionNamed(state.doc.toString(), pos);
  const facts = place && (await source.describe(place.path));
  if (!place || !facts) return null;
  const tooltip: Tooltip = {
    pos: place.from,
    end: place.to,
    above: true,
    create: () => ({ dom: optionCard(facts) }),
  };
  return { tooltip, facts };
}

function describeAtCursor(source: OptionSource): Command {
  return (view) => {
    const asked = view.state;
    void tooltipAt(source, asked, asked.selection.main.head).then((found) => {
      // Something else is under the cursor by now.
      if (view.state.doc !== asked.doc || !view.state.selection.eq(asked.selection)) return;
      const words = found === null ? 'No option is known here.' : spokenOption(found.facts);
      view.dispatch({ effects: [showCard.of(found?.tooltip ?? null), EditorView.announce.of(words)] });
    });
    return true;
  };
}

const closeCard: Command = (view) => {
  if (view.state.field(card) === null) return false;
  view.dispatch({ effects: showCard.of(null) });
  return true;
};

/** Completes names of options (Ctrl+Space, or while one is typed) and tells what they are: under the pointer, or with F1. */
export function optionNames(source: OptionSource): Extension {
  // Always the same object: CodeMirror tells sources apart by their identity.
  const languageData = [{ autocomplete: completion(source) }];
  return [
    card,
    EditorState.languageData.of(() => languageData),
    hoverTooltip(async (view, pos) => (await tooltipAt(source, view.state, pos))?.tooltip ?? null),
    keymap.of([
      { key: 'F1', preventDefault: true, run: describeAtCursor(source) },
      { key: 'Escape', run: closeCard },
    ]),
  ];
}
