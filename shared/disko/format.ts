import { formatValue, NixExpression } from '../nix/value.ts';
import { isList, isSet, type Layout, type LayoutSet, type LayoutValue } from './layout.ts';
import { argumentsNeeded } from './module-arguments.ts';
import { hookNames } from './schema.ts';

/** The order that people write options in: what it is, which device, its size, what it holds. */
const firstKeys = [
  'type',
  'device',
  'name',
  'label',
  'priority',
  'start',
  'size',
  'end',
  'format',
  'vg',
  'pool',
  'level',
];
const lastKeys = ['mountpoint', 'mountOptions', 'content', 'partitions', 'lvs', 'subvolumes', 'datasets', ...hookNames];

function rank(key: string): number {
  const first = firstKeys.indexOf(key);
  if (first >= 0) return first;
  const last = lastKeys.indexOf(key);
  return last >= 0 ? 1000 + last : 500;
}

/** A set in the order that a person would write it, all the way down; equal ranks keep their order. */
export function canonical(set: LayoutSet): LayoutSet {
  const entries = Object.entries(set).map(([key, value], index) => ({ key, value: canonicalValue(value), index }));
  const isOptions = typeof set['type'] === 'string' || 'size' in set || 'content' in set;
  // A partition's type code is a detail behind its size; every other type says what the set is.
  const order = (key: string): number => (key === 'type' && isTypeCode(set['type']) ? rank('end') + 0.5 : rank(key));
  if (isOptions) entries.sort((a, b) => order(a.key) - order(b.key) || a.index - b.index);
  return Object.fromEntries(entries.map(({ key, value }) => [key, value]));
}

function isTypeCode(value: LayoutValue | undefined): boolean {
  return typeof value === 'string' && /^[0-9A-Fa-f]{4}$|-/.test(value);
}

function canonicalValue(value: LayoutValue): LayoutValue {
  if (isList(value)) return value.map(canonicalValue);
  return isSet(value) ? canonical(value) : value;
}

/** What the expressions of a layout need to be defined around it. */
function definitionsIn(layout: Layout): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const visit = (value: LayoutValue): void => {
    if (value instanceof NixExpression) for (const { name, text } of value.needs) found.set(name, text);
    else if (isList(value)) value.forEach(visit);
    else if (isSet(value)) Object.values(value).forEach(visit);
  };
  visit(layout);
  return found;
}

/**
 * A whole file with a layout, as a person would write it: works for disko's command line and as a NixOS module. Where
 * expressions in it need arguments (`lib`, `config` ...), the file is a function of those.
 */
export function formatLayout(layout: Layout): string {
  const needed = argumentsNeeded(layout);
  const head = needed.length === 0 ? '' : `{ ${needed.join(', ')}, ... }:\n`;
  const definitions = [...definitionsIn(layout)].map(([name, text]) => `  ${name} = ${text};\n`);
  const around = definitions.length === 0 ? '' : `let\n${definitions.join('')}in\n`;
  return `${head}${around}{\n  disko.devices = ${formatValue(canonicalValue(layout), '  ')};\n}\n`;
}
