import { NixExpression } from '../nix/value.ts';

/**
 * A layout is the value of `disko.devices`: plain data, kept as it was written. Options that we do not know and hooks
 * are in it like any other; what only Nix can compute is a {@link NixExpression} that is kept word for word.
 */
export type Layout = LayoutSet;
export type LayoutValue = null | boolean | number | string | NixExpression | readonly LayoutValue[] | LayoutSet;
export interface LayoutSet {
  readonly [name: string]: LayoutValue;
}

/** Names and list positions from the root of a layout to a value. */
export type LayoutPath = readonly (string | number)[];

export function isSet(value: LayoutValue | undefined): value is LayoutSet {
  return typeof value === 'object' && value !== null && !isList(value) && !(value instanceof NixExpression);
}

export function isList(value: LayoutValue | undefined): value is readonly LayoutValue[] {
  return Array.isArray(value);
}

/** The value at a path, or undefined. */
export function valueAt(layout: LayoutValue, path: LayoutPath): LayoutValue | undefined {
  let value: LayoutValue | undefined = layout;
  for (const step of path) {
    if (typeof step === 'number') value = isList(value) ? value[step] : undefined;
    else value = isSet(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value;
}

/** A copy with another value at a path; sets on the way are made where they are missing. undefined removes. */
export function withValue(layout: LayoutValue, path: LayoutPath, value: LayoutValue | undefined): LayoutValue {
  const [step, ...rest] = path;
  if (step === undefined) return value ?? null;
  if (typeof step === 'number') {
    const items = isList(layout) ? [...layout] : [];
    if (rest.length === 0 && value === undefined) items.splice(step, 1);
    else items[step] = withValue(items[step] ?? {}, rest, value);
    return items;
  }
  const set: Record<string, LayoutValue> = isSet(layout) ? { ...layout } : {};
  if (rest.length === 0 && value === undefined) delete set[step];
  else set[step] = withValue(set[step] ?? {}, rest, value);
  return set;
}

export function isSame(a: LayoutValue | undefined, b: LayoutValue | undefined): boolean {
  if (a === b) return true;
  if (a instanceof NixExpression && b instanceof NixExpression) return a.text === b.text;
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, index) => isSame(item, b[index]));
  if (isSet(a) && isSet(b)) {
    const names = Object.keys(a);
    return names.length === Object.keys(b).length && names.every((name) => name in b && isSame(a[name], b[name]));
  }
  return false;
}

/** True where a part of it is known only to evaluation. */
export function hasExpressions(value: LayoutValue): boolean {
  if (value instanceof NixExpression) return true;
  return (isList(value) ? value : isSet(value) ? Object.values(value) : []).some(hasExpressions);
}

/** How an expression stands in JSON: `{ "$nix": "lib.mkDefault \"/dev/sda\"" }`. */
const EXPRESSION_KEY = '$nix';

/** A layout as JSON data. */
export function toJson(value: LayoutValue): unknown {
  if (value instanceof NixExpression) return { [EXPRESSION_KEY]: value.text };
  if (isList(value)) return value.map(toJson);
  if (isSet(value)) return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, toJson(item)]));
  return value;
}

/** A layout from JSON data; throws a TypeError for what JSON cannot hold. */
export function fromJson(value: unknown): LayoutValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`A layout cannot hold ${value}`);
    return value;
  }
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value !== 'object') throw new TypeError(`A layout cannot hold ${typeof value}`);
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === EXPRESSION_KEY && typeof first[1] === 'string') {
    return new NixExpression(first[1]);
  }
  return Object.fromEntries(entries.map(([name, item]) => [name, fromJson(item)]));
}
