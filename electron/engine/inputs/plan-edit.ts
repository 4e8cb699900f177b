import type { InputEdit, PlannedEdit } from '../../../shared/contract/inputs.ts';
import { isRevision, pinnedReference, unpinnedReference } from '../../../shared/fleet/flake-reference.ts';
import { EditError } from '../../../shared/nix/edit.ts';
import {
  addInput,
  declaredInputs,
  rememberedUrl,
  removeInput,
  setFollows,
  setInputUrl,
} from '../../../shared/nix/flake-inputs.ts';
import { parseNix } from '../../../shared/nix/parser.ts';
import { applySplices, type Splice } from '../../../shared/nix/splice.ts';
import type { NixTree } from '../../../shared/nix/syntax.ts';
import { textHash } from '../fleet/text-hash.ts';
import { badInput, editRefused, noSuchInput } from './errors.ts';
import { inputsOfLock, readFlakeText } from './list-inputs.ts';
import { lockTextOf } from './lock-in-tree.ts';

/** A planned edit with the splices that make it. */
export interface InputEditPlan extends PlannedEdit {
  readonly splices: readonly Splice[];
}

/**
 * Works out what an edit of an input does to flake.nix; writes nothing.
 * @throws ProblemError `inputs-unknown`, `inputs-bad-value`, `inputs-edit-refused` with the reason
 */
export async function planInputEdit(folder: string, edit: InputEdit): Promise<InputEditPlan> {
  const [before, lock] = await Promise.all([readFlakeText(folder), lockTextOf(folder)]);
  const tree = parseNix(before);
  let splices: Splice[];
  let after: string;
  try {
    splices = splicesOf(edit, tree, lock);
    after = applySplices(before, splices);
  } catch (error) {
    if (error instanceof EditError) throw editRefused(error.message);
    if (error instanceof RangeError) throw editRefused('The change has no place in the way the file is written.');
    throw error;
  }
  const [mistake] = parseNix(after).problems;
  if (mistake) throw editRefused(`The file would no longer be Nix: ${mistake.message}`);
  return { title: titleOf(edit), hash: textHash(before), before, after, splices };
}

function titleOf(edit: InputEdit): string {
  switch (edit.kind) {
    case 'pin':
      return `Pin ${edit.input}`;
    case 'unpin':
      return `Unpin ${edit.input}`;
    case 'add':
      return `Add the input ${edit.input}`;
    case 'remove':
      return `Remove the input ${edit.input}`;
    case 'follow':
      return edit.target === null
        ? `Let ${edit.path.join('/')} follow nothing`
        : `Let ${edit.path.join('/')} follow ${edit.target}`;
  }
}

function splicesOf(edit: InputEdit, tree: NixTree, lock: string | null): Splice[] {
  const declared = declaredInputs(tree);
  const names = declared.map(({ name }) => name);
  const urlOf = (name: string): string => {
    const input = declared.find((candidate) => candidate.name === name);
    if (input === undefined) throw noSuchInput(name, names);
    if (input.url === null) {
      throw new EditError(`The address of the input ${name} is not written as a text (inputs.${name}.url = "…").`);
    }
    return input.url;
  };
  switch (edit.kind) {
    case 'pin':
      return pin(tree, edit.input, urlOf(edit.input), edit.revision ?? lockedRevision(edit.input, lock));
    case 'unpin':
      return unpin(tree, edit.input, urlOf(edit.input), edit.url);
    case 'add':
      checkNew(edit, names);
      return addInput(tree, edit.input, edit);
    case 'remove':
      if (!names.includes(edit.input)) throw noSuchInput(edit.input, names);
      return removeInput(tree, edit.input);
    case 'follow': {
      const [top = ''] = edit.path;
      if (!names.includes(top)) throw noSuchInput(top, names);
      if (edit.target !== null && !names.includes(edit.target)) throw noSuchInput(edit.target, names);
      if (edit.path.length < 2) throw badInput('input', top, 'is the flake’s own; only inputs of inputs follow');
      return setFollows(tree, edit.path, edit.target);
    }
  }
}

function lockedRevision(name: string, lock: string | null): string {
  const input = inputsOfLock(lock, Date.now()).find(({ path }) => path.length === 1 && path[0] === name);
  const revision = input?.locked?.revision;
  if (revision) return revision;
  throw badInput('input', name, 'is not locked to a revision that it could be pinned to');
}

function pin(tree: NixTree, name: string, url: string, revision: string): Splice[] {
  if (!isRevision(revision)) throw badInput('revision', revision, 'must be a whole commit hash of 40 or 64 characters');
  const pinned = pinnedReference(url, revision);
  if (pinned === null) throw editRefused(`${url} is of a kind that has no revisions.`);
  if (pinned === url) throw editRefused(`${name} is pinned to this revision already.`);
  // A forge's address has room for a branch or a revision; the branch is kept in a comment.
  const earlier = rememberedUrl(tree, name) ?? (unpinnedReference(url) === null ? url : null);
  const isLost = earlier !== null && unpinnedReference(pinned) !== earlier;
  return setInputUrl(tree, name, pinned, isLost ? earlier : null);
}

function unpin(tree: NixTree, name: string, url: string, wanted: string | null): Splice[] {
  const free = wanted ?? rememberedUrl(tree, name) ?? unpinnedReference(url);
  if (free === null) throw editRefused(`${name} names no revision: ${url}`);
  checkUrl(free);
  if (free === url) throw editRefused(`${name} has this address already.`);
  return setInputUrl(tree, name, free, null);
}

function checkNew(edit: Extract<InputEdit, { kind: 'add' }>, names: readonly string[]): void {
  const all = [edit.input, ...Object.keys(edit.follows)];
  // What nix takes as the name of an input in a `follows` (libflake, flakeIdRegex).
  const bad = all.find((name) => !/^[a-zA-Z][a-zA-Z0-9_-]*$/.test(name));
  if (bad !== undefined) {
    throw badInput('name', bad, 'must begin with a letter and have letters, digits, ‘-’ and ‘_’ only');
  }
  if (edit.input === 'self') throw badInput('name', edit.input, 'is the flake’s own');
  const unknown = Object.values(edit.follows).find((target) => !names.includes(target));
  if (unknown !== undefined) throw noSuchInput(unknown, names);
  checkUrl(edit.url);
}

function checkUrl(url: string): void {
  if (/[\s\p{Cc}]/u.test(url) || url.trim() === '') {
    throw badInput('address', url, 'must be a flake reference without spaces, such as github:owner/repo');
  }
}
