import { bindingText, EditError, removeInherited, wholeItem } from './edit.ts';
import { pathNames } from './locate.ts';
import type { Splice } from './splice.ts';
import { attributeNameText } from './strings.ts';
import type { AttributeSet, Binding, Inherit } from './syntax.ts';
import { formatName, NixExpression } from './value.ts';

/**
 * Changes of all that one set of a text says about an attribute: `a.b = { ... };`, `a.b.c = 1;` and `inherit b;` may
 * stand beside each other. Nested sets are not entered; `names` is the path as this set spells it.
 */

function bindingsOf(source: string, set: AttributeSet, names: readonly string[]): Binding[] {
  return set.bindings.filter((item): item is Binding => {
    if (item.kind !== 'binding' || item.path.names.length < names.length) return false;
    const written = pathNames(source, item.path.names.slice(0, names.length));
    return written.every((name, index) => name === names[index]);
  });
}

function inheritOf(source: string, set: AttributeSet, names: readonly string[]): Inherit | null {
  if (names.length !== 1) return null;
  const found = set.bindings.find(
    (item) => item.kind === 'inherit' && item.names.some((name) => attributeNameText(source, name) === names[0]),
  );
  return found?.kind === 'inherit' ? found : null;
}

/** Takes an attribute out of a set in all its spellings. Comments stay. Empty where the set says nothing of it. */
export function removeFromSet(source: string, set: AttributeSet, names: readonly string[]): Splice[] {
  const inherit = inheritOf(source, set, names);
  const bindings = bindingsOf(source, set, names).map((item) => wholeItem(source, item));
  return inherit ? [...bindings, removeInherited(source, inherit, names[0] ?? '', null)] : bindings;
}

/** Leaves of all bindings below a dotted name one that says that it is empty: `a.b = { };`. */
export function emptyInSet(source: string, set: AttributeSet, names: readonly string[]): Splice[] {
  return bindingsOf(source, set, names).map((item, index) =>
    index > 0 ? wholeItem(source, item) : { start: item.start, end: item.end, text: bindingText(names, {})('') },
  );
}

/** Renames an attribute in all its spellings; nothing but the name moves. Empty where the set says nothing of it. */
export function renameInSet(source: string, set: AttributeSet, names: readonly string[], newName: string): Splice[] {
  const wanted = [...names.slice(0, -1), newName];
  if (bindingsOf(source, set, wanted).length > 0 || inheritOf(source, set, wanted)) {
    throw new EditError(`'${newName}' is already there.`);
  }
  const splices = bindingsOf(source, set, names).map((binding): Splice => {
    const name = binding.path.names[names.length - 1];
    if (!name) throw new EditError(`'${names.join('.')}' cannot be renamed here.`);
    return { start: name.start, end: name.end, text: formatName(newName) };
  });
  const inherit = inheritOf(source, set, names);
  if (!inherit) return splices;
  const old = names[0] ?? '';
  const { from } = inherit;
  const text = from ? `${source.slice(from.start, from.end)}.${formatName(old)}` : formatName(old);
  const isPlain = !from || from.kind === 'identifier' || from.kind === 'select';
  const value = new NixExpression(isPlain ? text : `(${text})`);
  return [...splices, removeInherited(source, inherit, old, bindingText([newName], value)(''))];
}
