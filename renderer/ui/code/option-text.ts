import type { OptionFacts } from '../../../shared/contract/options.ts';
import { visibleText } from '../../../shared/visible-text.ts';

/** What an option's texts are shown with: no control characters, and invisible ones written out. */
const shown = (text: string): string => visibleText(text.replace(/[^\P{Cc}\n\t]/gu, '')).trim();

/**
 * nixpkgs' Markdown as text to be read as it is: the roles of `{option}` and their kin, fences of notes, and links
 * without a text lose their signs; everything else stays.
 */
export function readableDescription(markdown: string): string {
  const text = markdown
    .replace(/^:{3,}.*$/gm, '')
    .replace(/\{[a-z.]+\}(?=`)/g, '')
    .replace(/\[\]\(#(?:opt-)?([^)\s]+)\)/g, '$1')
    .replace(/<((?:https?|mailto):[^>\s]+)>/g, '$1')
    .replace(/\n{3,}/g, '\n\n');
  return shown(text);
}

/** The facts of an option as rows of a card, without those that it has not. */
export function optionRows(facts: OptionFacts): { name: string; value: string; isCode: boolean }[] {
  const rows = [
    { name: 'Type', value: facts.type, isCode: false },
    { name: 'Default', value: facts.default ?? '', isCode: true },
    { name: 'Example', value: facts.example ?? '', isCode: true },
    { name: 'Declared in', value: facts.declarations.join('\n'), isCode: true },
  ];
  return rows.map((row) => ({ ...row, value: shown(row.value) })).filter(({ value }) => value !== '');
}

/** The same as one text, to be read out. */
export function spokenOption(facts: OptionFacts): string {
  const rows = optionRows(facts).map(({ name, value }) => `${name}: ${value}.`);
  return [facts.name, readableDescription(facts.description ?? ''), ...rows].filter((text) => text !== '').join(' ');
}
