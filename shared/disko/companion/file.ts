import { globalScope } from '../../nix/evaluation/builtins.ts';
import { Evaluator } from '../../nix/evaluation/evaluate.ts';
import { NotEvaluable } from '../../nix/evaluation/values.ts';
import { appendToList, EditError, removeAttribute, setAttribute } from '../../nix/edit.ts';
import { indentationAt } from '../../nix/line.ts';
import { parseNix } from '../../nix/parser.ts';
import { applySplices } from '../../nix/splice.ts';
import { formatName, formatValue, NixExpression } from '../../nix/value.ts';
import { isSame, isSet, valueAt, type LayoutSet, type LayoutValue } from '../layout.ts';
import { FileCall } from '../reading/call-file.ts';
import { ValueReader } from '../reading/value-reader.ts';
import type { NixosSetting } from './setting.ts';

/** `disko.nix` and `disko-settings.nix`: the file beside a layout with what disko cannot express. */
export function companionFileName(layoutFile: string): string {
  return layoutFile.replace(/(\.nix)?$/, '-settings.nix');
}

/** The settings as a NixOS module, each with its reason. */
export function formatCompanion(settings: readonly NixosSetting[], layoutFile: string): string {
  const names = settings.some((setting) => setting.isForced) ? ['lib'] : [];
  const head = names.length === 0 ? '' : `{ ${names.join(', ')}, ... }:\n`;
  const lines = settings.map((setting, index) => {
    const { path, reason } = setting;
    const comment = reason === null ? '' : `${index === 0 ? '' : '\n'}  # ${reason}\n`;
    return `${comment}  ${path.map(formatName).join('.')} = ${formatValue(written(setting), '  ')};\n`;
  });
  return `# What the layout in ${layoutFile} needs of NixOS, and disko cannot say.\n${head}{\n${lines.join('')}}\n`;
}

/** The value with the priority that it needs. */
function written({ value, isForced }: NixosSetting): LayoutValue {
  return isForced ? new NixExpression(`lib.mkForce ${formatValue(value)}`) : value;
}

export type CompanionReading =
  | { readonly ok: true; readonly settings: LayoutSet }
  /** `line` from 1. */
  | { readonly ok: false; readonly message: string; readonly line: number };

/** Reads the options that a NixOS module sets, as far as its text alone tells; what is computed is kept word for word. */
export function readCompanion(text: string): CompanionReading {
  const tree = parseNix(text);
  const refused = (message: string, offset: number): CompanionReading => ({
    ok: false,
    message,
    line: text.slice(0, offset).split('\n').length,
  });
  const [problem] = tree.problems;
  if (problem) return refused(problem.message, problem.start);
  const evaluator = new Evaluator(tree);
  try {
    const root = new FileCall(evaluator, {}).result(evaluator.evaluate(tree.root, globalScope));
    const config = root.type === 'set' ? root.attributes.get('config')?.thunk.force() : undefined;
    const held = config?.type === 'set' ? config : root;
    if (held.type !== 'set') return refused('This is no NixOS module.', 0);
    return { ok: true, settings: new ValueReader(tree).set(held, []) };
  } catch (error) {
    if (error instanceof NotEvaluable) return refused(error.message, error.place?.start ?? 0);
    throw error;
  }
}

/** A setting that was left as a person has it. */
export interface KeptSetting {
  readonly path: readonly string[];
  /** undefined where it was left out because of another boot loader. */
  readonly present: LayoutValue | undefined;
  readonly wanted: LayoutValue;
}

export interface CompanionMerge {
  readonly text: string;
  readonly kept: readonly KeptSetting[];
}

/**
 * A companion's text for a changed layout. What still says what `before` wanted follows to `after`; what a person has
 * changed or written besides stays, and is reported where the layout wants it otherwise.
 *
 * @throws EditError where the text is no NixOS module that can be edited
 */
export function mergeCompanion(
  text: string,
  before: readonly NixosSetting[],
  after: readonly NixosSetting[],
): CompanionMerge {
  const reading = readCompanion(text);
  if (!reading.ok) throw new EditError(`${reading.message} (line ${reading.line})`);
  const present = (path: readonly string[]): LayoutValue | undefined => valueAt(reading.settings, path);
  const isOurs = (setting: NixosSetting): boolean => {
    const value = present(setting.path);
    const old = before.find((item) => isSamePath(item.path, setting.path));
    return value === undefined || (old !== undefined && isSame(value, old.value));
  };
  const foreignLoader = otherLoader(reading.settings, [...before, ...after]);
  const kept: KeptSetting[] = [];
  let result = text;
  for (const old of before) {
    if (present(old.path) === undefined || after.some((item) => isSamePath(item.path, old.path))) continue;
    if (!isSame(present(old.path), old.value)) continue;
    result = withoutReason(
      edited(result, (tree) => removeAttribute(tree, old.path)),
      old.reason,
    );
  }
  for (const setting of after) {
    const value = present(setting.path);
    if (isSame(value, setting.value)) continue;
    const isLoader = setting.path[0] === 'boot' && setting.path[1] === 'loader';
    if (!isOurs(setting) || (isLoader && foreignLoader)) {
      kept.push({ path: setting.path, present: value, wanted: setting.value });
      continue;
    }
    result = withSetting(result, setting, value === undefined);
    if (setting.isForced) result = withArguments(result, ['lib']);
  }
  return { text: result, kept };
}

function isSamePath(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}

function edited(
  text: string,
  edit: (tree: ReturnType<typeof parseNix>) => { start: number; end: number; text: string }[],
) {
  return applySplices(text, edit(parseNix(text)));
}

function withSetting(text: string, setting: NixosSetting, isNew: boolean): string {
  const { path, reason } = setting;
  return edited(text, (tree) => {
    const splices = setAttribute(tree, path, written(setting));
    if (!isNew || reason === null) return splices;
    // On a line of its own the reason stands above it.
    return splices.map((splice) => {
      const line = /^(\r?\n)([ \t]*)(?=\S)/.exec(splice.text);
      if (!line) return splice;
      const [whole, newline = '\n', indent = indentationAt(text, splice.start)] = line;
      return { ...splice, text: `${whole}# ${reason}${newline}${indent}${splice.text.slice(whole.length)}` };
    });
  });
}

const loaders = [
  'systemd-boot',
  'grub',
  'generic-extlinux-compatible',
  'refind',
  'limine',
  'lanzaboote',
  'raspberryPi',
];

/** True where a person has switched a boot loader on that no layout asked for. */
function otherLoader(settings: LayoutSet, ours: readonly NixosSetting[]): boolean {
  return loaders.some((name) => {
    const paths = [
      ['boot', 'loader', name, 'enable'],
      ['boot', name, 'enable'],
    ];
    return paths.some((path) => {
      const value = valueAt(settings, path);
      const isOn = value === true || value instanceof NixExpression;
      return isOn && !ours.some((item) => isSamePath(item.path, path) && item.value === true);
    });
  });
}

/** The reason that stood above a setting goes with it. */
function withoutReason(text: string, reason: string | null): string {
  if (reason === null) return text;
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.trim() === `# ${reason}`);
  return at < 0 ? text : lines.toSpliced(at, 1).join('\n');
}

/** The file's function with the arguments that its new values need. */
function withArguments(text: string, names: readonly string[]): string {
  const { root } = parseNix(text);
  if (names.length === 0) return text;
  if (root.kind !== 'lambda') {
    return applySplices(text, [{ start: root.start, end: root.start, text: `{ ${names.join(', ')}, ... }:\n` }]);
  }
  const { formals } = root;
  const missing = names.filter((name) => !formals?.items.some((item) => item.name.name === name));
  if (!formals || missing.length === 0) return text;
  const open = text.indexOf('{', formals.start) + 1;
  return applySplices(text, [{ start: open, end: open, text: ` ${missing.join(', ')},` }]);
}

/**
 * A layout's text that imports its companion, so that whoever imports the one has both; disko's command line passes
 * imports over. The same text where it does already.
 *
 * @throws EditError where the text is no NixOS module: who imports it has to import the companion too
 */
export function importCompanion(layoutText: string, companionFile: string): string {
  const path = `./${companionFile}`;
  const tree = parseNix(layoutText);
  const reading = readCompanion(layoutText);
  if (!reading.ok || (!isSet(reading.settings['disko']) && reading.settings['imports'] === undefined)) {
    throw new EditError('The layout is no NixOS module of its own.');
  }
  const imports = reading.settings['imports'];
  const isThere = Array.isArray(imports) && imports.some((item) => item instanceof NixExpression && item.text === path);
  return isThere ? layoutText : applySplices(layoutText, appendToList(tree, ['imports'], new NixExpression(path)));
}
