import { computedDefault } from '../../shared/disko/defaults.ts';
import { isList, isSet, type LayoutSet, type LayoutValue } from '../../shared/disko/layout.ts';
import { hookNames, typeSchema } from '../../shared/disko/schema.ts';
import type { OptionSchema } from '../../shared/disko/type-schema.ts';
import { suggestSize } from '../../shared/disko/size.ts';
import type { Item } from '../../shared/disko/walk.ts';
import { NixExpression } from '../../shared/nix/value.ts';

/** One option of the chosen thing, as the property panel shows it. */
export interface Field {
  readonly option: string;
  readonly label: string;
  readonly description: string;
  /** `code`: can only be shown. `lines`: a list, one item a line. `pairs`: `name = value`, one a line. `script`: a hook. */
  readonly editor: 'text' | 'number' | 'choice' | 'switch' | 'lines' | 'pairs' | 'script' | 'code';
  readonly choices: readonly string[];
  /** As text, the way its editor shows it; empty where it is not set. */
  readonly shown: string;
  readonly isSet: boolean;
  readonly isRequired: boolean;
  readonly isAdvanced: boolean;
  /** What holds where nothing is written; empty where nothing does. */
  readonly fallback: string;
  readonly schema: OptionSchema | null;
}

/** A value to write, undefined to take the option away, or why that cannot be. */
export type FieldOutcome =
  | { readonly ok: true; readonly value: LayoutValue | undefined }
  | { readonly ok: false; readonly message: string; readonly suggestion: string | null };

/** Words for options whose names say little. */
const labels: Readonly<Record<string, string>> = {
  size: 'Size',
  end: 'Ends at',
  start: 'Begins at',
  device: 'Device',
  type: 'Type code',
  mountpoint: 'Mounted at',
  mountOptions: 'Mount options',
  format: 'File system',
  name: 'Name',
  destroy: 'May be erased',
  passwordFile: 'Passphrase file (install only)',
  keyFile: 'Key file (old spelling)',
  askPassword: 'Ask for the passphrase',
  settings: 'Settings',
  level: 'RAID level',
  vg: 'Volume group',
  pool: 'Pool',
  mode: 'Redundancy',
  priority: 'Place in the order',
  randomEncryption: 'New random key at each start',
  resumeDevice: 'Hibernation wakes from here',
  discardPolicy: 'Discards',
  rootFsOptions: 'Options of all datasets',
  options: 'Options',
  fsType: 'Kind',
};

/** Sizes are the first thing that people look for. */
const order = [
  'name',
  'device',
  'size',
  'format',
  'fsType',
  'mountpoint',
  'mountOptions',
  'vg',
  'pool',
  'level',
  'mode',
];

/**
 * The options of a thing of this type: those for everybody first, then the advanced ones, hooks and unknown options.
 * @param item the thing itself, for what disko works out where nothing is written
 */
export function fieldsOf(type: string, value: LayoutSet, item: Item | null = null): Field[] {
  const schema = typeSchema(type);
  if (!schema) return Object.keys(value).map((option) => unknownField(option, value[option] ?? null));
  const fields = Object.entries(schema.options)
    .filter(([option, entry]) => isShown(option, entry, value[option], schema.kind))
    .map(([option, entry]) => field(option, entry, value[option], item));
  const hooks = schema.hasHooks ? hookNames.map((hook) => hookField(hook, value[hook])) : [];
  const known = new Set<string>([...Object.keys(schema.options), ...(schema.hasHooks ? hookNames : [])]);
  const unknown = Object.keys(value).filter((option) => !known.has(option) && !option.startsWith('_'));
  const rank = (option: string): number => (order.includes(option) ? order.indexOf(option) : order.length);
  return [
    ...fields.sort((a, b) => rank(a.option) - rank(b.option)),
    ...unknown.map((option) => unknownField(option, value[option] ?? null)),
    ...hooks,
  ];
}

/** What has a row of its own in the tree is not a field, and neither is what can have one value only. */
function isShown(option: string, entry: OptionSchema, value: LayoutValue | undefined, kind: string): boolean {
  if (value instanceof NixExpression) return true;
  if (entry.type === 'content' || entry.type === 'submodule') return false;
  if (entry.item !== undefined && (entry.type === 'attrsOf' || entry.type === 'listOf')) return false;
  if (option === 'type' && entry.type === 'enum' && (entry.values?.length === 1 || kind !== 'sub')) return false;
  return !(entry.type === 'enum' && entry.values?.length === 1);
}

function field(option: string, schema: OptionSchema, value: LayoutValue | undefined, item: Item | null): Field {
  const editor = editorFor(schema, value);
  return {
    option,
    label: labels[option] ?? option,
    description: schema.description,
    editor,
    choices: choicesOf(schema),
    shown: value === undefined ? '' : shown(value, editor),
    isSet: value !== undefined,
    isRequired: schema.required === true,
    isAdvanced: schema.advanced === true,
    fallback: fallbackWords(schema, item === null ? undefined : computedDefault(item, option)),
    schema,
  };
}

function choicesOf({ type, values, anyOf }: OptionSchema): readonly string[] {
  if (type === 'enum') return values ?? [];
  return anyOf?.every((each) => each.type === 'enum' || each.type === 'attrsOf')
    ? anyOf.flatMap((each) => each.values ?? [])
    : [];
}

function editorFor(schema: OptionSchema, value: LayoutValue | undefined): Field['editor'] {
  if (value instanceof NixExpression) return 'code';
  if (isSet(value) && (schema.type !== 'attrsOf' || !Object.values(value).every(isPlain))) return 'code';
  if (isList(value) && (schema.type !== 'listOf' || !value.every(isPlain))) return 'code';
  switch (schema.type) {
    case 'bool':
      return 'switch';
    case 'int':
      return 'number';
    case 'listOf':
      return 'lines';
    case 'attrsOf':
      return 'pairs';
    default:
      return choicesOf(schema).length > 0 ? 'choice' : 'text';
  }
}

function isPlain(value: LayoutValue): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function shown(value: LayoutValue, editor: Field['editor']): string {
  if (value === null) return '';
  if (value instanceof NixExpression) return value.text;
  if (editor === 'code') return JSON.stringify(value, null, 2);
  if (isList(value)) return value.map(String).join('\n');
  if (isSet(value))
    return Object.entries(value)
      .map(([name, item]) => `${name} = ${isPlain(item) ? String(item) : ''}`)
      .join('\n');
  return String(value);
}

function fallbackWords({ default: constant }: OptionSchema, computed: LayoutValue | undefined): string {
  const fallback = constant ?? computed;
  return typeof fallback === 'string' || typeof fallback === 'number' ? String(fallback) : '';
}

function hookField(option: string, value: LayoutValue | undefined): Field {
  return {
    option,
    label: option,
    description: 'Shell commands that disko runs at this moment.',
    editor: value !== undefined && typeof value !== 'string' ? 'code' : 'script',
    choices: [],
    shown: value instanceof NixExpression ? value.text : typeof value === 'string' ? value : '',
    isSet: value !== undefined,
    isRequired: false,
    isAdvanced: true,
    fallback: '',
    schema: null,
  };
}

function unknownField(option: string, value: LayoutValue): Field {
  return {
    option,
    label: option,
    description: 'An option that is not known here. It is kept as it is written.',
    editor: 'code',
    choices: [],
    shown: shown(value, isPlain(value) ? 'text' : 'code'),
    isSet: true,
    isRequired: false,
    isAdvanced: false,
    fallback: '',
    schema: null,
  };
}

const refuse = (message: string, suggestion: string | null = null): FieldOutcome => ({
  ok: false,
  message,
  suggestion,
});

/** What typed text comes to for a field. Empty text takes the option away, unless it is required. */
export function parseField(field: Field, typed: string): FieldOutcome {
  const text = field.editor === 'script' ? typed : typed.trim();
  if (text === '') {
    return field.isRequired ? refuse(`${field.label} is needed.`) : { ok: true, value: undefined };
  }
  switch (field.editor) {
    case 'switch':
      return { ok: true, value: text === 'true' };
    case 'number':
      return /^-?[0-9]{1,15}$/.test(text) ? { ok: true, value: Number(text) } : refuse('A whole number is needed.');
    case 'lines':
      return parseLines(field, text);
    case 'pairs':
      return parsePairs(field, text);
    case 'code':
      return refuse('This is computed; change it in the Nix text.');
    default:
      return parseText(field, text);
  }
}

function parseText({ schema }: Field, text: string): FieldOutcome {
  if (!schema) return { ok: true, value: text };
  if (schema.type === 'absolutePath' && !text.startsWith('/'))
    return refuse('A full path is needed: it begins with /.');
  const allowed = [...(schema.pattern === undefined ? [] : [schema]), ...(schema.anyOf ?? [])];
  if (allowed.length === 0 || allowed.some((each) => isAllowed(each, text))) return { ok: true, value: text };
  const isSize = allowed.some(({ pattern }) => pattern?.includes('KMGTP'));
  if (!isSize) return refuse('disko does not take this value.');
  const suggestion = suggestSize(text);
  return refuse('A size is a whole number with K, M, G, T or P, such as 512M; or 100% for the rest.', suggestion);
}

function isAllowed({ pattern, values }: Pick<OptionSchema, 'pattern' | 'values'>, text: string): boolean {
  if (values) return values.includes(text);
  return pattern === undefined || new RegExp(`^(?:${pattern})$`).test(text);
}

function parseLines({ schema }: Field, text: string): FieldOutcome {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (schema?.of?.type === 'int') {
    const wrong = lines.find((line) => !/^[0-9]+$/.test(line));
    return wrong === undefined ? { ok: true, value: lines.map(Number) } : refuse(`‘${wrong}’ is not a whole number.`);
  }
  const relative = schema?.of?.type === 'absolutePath' ? lines.find((line) => !line.startsWith('/')) : undefined;
  return relative === undefined ? { ok: true, value: lines } : refuse(`‘${relative}’ is not a full path.`);
}

function parsePairs({ schema }: Field, text: string): FieldOutcome {
  const pairs: [string, LayoutValue][] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const at = line.indexOf('=');
    const name = line.slice(0, at).trim();
    const value = line.slice(at + 1).trim();
    if (at < 0 || name === '') return refuse(`‘${line.trim()}’ is not of the form name = value.`);
    // ZFS wants strings only; settings of LUKS are of any type.
    const isTyped = schema?.of?.type === 'any';
    if (isTyped && (value === 'true' || value === 'false')) pairs.push([name, value === 'true']);
    else if (isTyped && /^[0-9]+$/.test(value)) pairs.push([name, Number(value)]);
    else pairs.push([name, value]);
  }
  return { ok: true, value: Object.fromEntries(pairs) };
}
