import type { FleetId } from '../../../shared/contract/ids.ts';
import type { SavedSelection } from '../../../shared/contract/selection.ts';
import { parseSelection, quoteWord, renameSaved } from '../../../shared/fleet/selection.ts';
import { ProblemError } from '../errors.ts';
import type { SelectionTable } from '../store/selections.ts';

/**
 * Saves a selection, in place of another of the same name.
 * @throws ProblemError `selection-wrong` where the text is none, or would hold itself
 */
export function saveSelection(table: SelectionTable, fleetId: FleetId, selection: SavedSelection): SavedSelection[] {
  const { name, text } = selection;
  const others = new Map(table.all(fleetId).map((each) => [each.name, each.text]));
  // As it would be read afterwards, so that a selection that would hold itself is found.
  const parsed = parseSelection(`saved:${quoteWord(name)}`, others.set(name, text));
  if (!parsed.ok) throw wrongSelection(name, text, parsed.error.message);
  table.save(fleetId, selection);
  return table.all(fleetId);
}

/**
 * Gives a selection another name; selections that use it follow.
 * @throws ProblemError `selection-unknown`, `selection-name-taken`
 */
export function renameSelection(table: SelectionTable, fleetId: FleetId, name: string, to: string): SavedSelection[] {
  const all = table.all(fleetId);
  if (!all.some((each) => each.name === name)) throw unknownSelection(name);
  if (name !== to && all.some((each) => each.name === to)) throw nameTaken(to);
  const renamed = all.map((each) => ({
    name: each.name === name ? to : each.name,
    text: renameSaved(each.text, name, to),
  }));
  table.replaceAll(fleetId, renamed);
  return table.all(fleetId);
}

/** Deletes a selection. @throws ProblemError `selection-unknown`, `selection-in-use` */
export function removeSelection(table: SelectionTable, fleetId: FleetId, name: string): SavedSelection[] {
  const all = table.all(fleetId);
  if (!all.some((each) => each.name === name)) throw unknownSelection(name);
  const users = all.filter((each) => each.name !== name && renameSaved(each.text, name, `${name}*`) !== each.text);
  if (users.length > 0) throw inUse(name, users);
  table.remove(fleetId, name);
  return table.all(fleetId);
}

function wrongSelection(name: string, text: string, reason: string): ProblemError {
  return new ProblemError({
    code: 'selection-wrong',
    title: `The selection ‘${name}’ was not saved`,
    evidence: `${text}: ${reason}`,
    advice: ['Correct the selection until its hosts are shown, then save it.'],
  });
}

function unknownSelection(name: string): ProblemError {
  return new ProblemError({
    code: 'selection-unknown',
    title: `There is no saved selection ‘${name}’`,
    evidence: '',
    advice: ['It may have been renamed or deleted in another window.'],
  });
}

function nameTaken(name: string): ProblemError {
  return new ProblemError({
    code: 'selection-name-taken',
    title: `There is a saved selection ‘${name}’ already`,
    evidence: '',
    advice: ['Choose another name, or delete that one first.'],
  });
}

function inUse(name: string, users: readonly SavedSelection[]): ProblemError {
  return new ProblemError({
    code: 'selection-in-use',
    title: `The saved selection ‘${name}’ is used by another`,
    evidence: users.map((each) => `${each.name}: ${each.text}`).join('\n'),
    advice: ['Change or delete those that use it first.'],
  });
}
