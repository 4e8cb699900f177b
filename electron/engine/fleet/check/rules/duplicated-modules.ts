import type { Finding, Fix } from '../../../../../shared/contract/finding.ts';
import { indentationAt, lineStart } from '../../../../../shared/nix/line.ts';
import { locate } from '../../../../../shared/nix/locate.ts';
import type { Expression, List, Node } from '../../../../../shared/nix/syntax.ts';
import { tokenize } from '../../../../../shared/nix/lexer.ts';
import { TokenKind } from '../../../../../shared/nix/token.ts';
import { nodesAt } from '../../../../../shared/nix/walk.ts';
import type { Inspection } from '../inspection.ts';
import type { NixFile } from '../nix-file.ts';

/** One common module is no duplication worth a word. */
const leastCommon = 2;

/** A list of a host's modules as it is written. */
interface ModuleList {
  readonly list: List;
  readonly items: readonly string[];
}

/** A text without its white space and comments. */
function plain(source: string, { start, end }: Node): string {
  const text = source.slice(start, end);
  const tokens = tokenize(text);
  const pieces: string[] = [];
  for (let index = 0; index < tokens.count; index++) {
    const kind = tokens.kinds[index];
    if (kind === TokenKind.space || kind === TokenKind.comment) continue;
    pieces.push(text.slice(tokens.starts[index], tokens.starts[index + 1]));
  }
  return pieces.filter((piece) => piece !== '').join(' ');
}

function listsOf(file: NixFile, host: string, outputs: readonly string[]): ModuleList[] {
  return file.bindings.flatMap(({ binding, path }) => {
    const last = path.at(-1);
    if (last !== 'modules' && last !== 'imports') return [];
    const isThere = outputs.some((output) => path.includes(output)) && path.includes(host);
    if (!isThere || binding.value.kind !== 'list') return [];
    return [{ list: binding.value, items: binding.value.items.map((item) => plain(file.text, item)) }];
  });
}

/** The modules of one host written out twice, for `nixosConfigurations` and for the hive: they drift apart. */
export function* duplicatedModules(inspection: Inspection): Generator<Finding> {
  const file = inspection.mainFile;
  if (!file || file.tree.problems.length > 0) return;
  for (const { name } of inspection.hosts) {
    const [first] = listsOf(file, name, ['nixosConfigurations']);
    const [second] = listsOf(file, name, ['colmena', 'colmenaHive']);
    if (!first || !second) continue;
    const common = second.items.filter((item) => first.items.includes(item));
    if (common.length < leastCommon) continue;
    const lone = [
      ...first.items.filter((item) => !common.includes(item)).map((item) => `${item} only for nixosConfigurations`),
      ...second.items.filter((item) => !common.includes(item)).map((item) => `${item} only for the hive`),
    ];
    const fix = lone.length === 0 ? sharedListFix(file, name, first.list, second.list) : null;
    yield {
      code: 'modules-duplicated',
      severity: 'warning',
      host: name,
      ...file.placeOf(second.list.start),
      message:
        `${common.length} modules of ${name} are listed twice, here and for nixosConfigurations ` +
        `(line ${file.placeOf(first.list.start).line}). ` +
        (lone.length > 0
          ? `The lists already differ: ${lone.join(', ')}. Make one list and use it in both places.`
          : 'A module that is added to one of them is missing in the other. Make one list and use it in both places.'),
      ...(fix ? { fix } : {}),
    };
  }
}

/** A name for the list that nothing in the file has yet. */
function freeName(source: string, host: string): string {
  const words = host.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const camel = words
    .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('');
  const base = `${/^[A-Za-z]/.test(camel) ? camel : `host${camel}`}Modules`;
  let name = base;
  for (let number = 2; new RegExp(`\\b${name}\\b`).test(source); number++) name = `${base}${number}`;
  return name;
}

/** True where names mean the same at a node as in the body of the outputs: nothing between them binds any. */
function seesWhatBodySees(root: Expression, body: Expression, node: Node): boolean {
  const around = nodesAt(root, node.start + 1);
  const between = around.slice(around.indexOf(body) + 1, around.indexOf(node));
  return (
    around.includes(node) &&
    around.includes(body) &&
    between.every(
      (item) => !['lambda', 'let', 'with'].includes(item.kind) && !(item.kind === 'attribute-set' && item.isRecursive),
    )
  );
}

/** Gives the list a name in a `let` around the outputs, and uses the name in both places. */
function sharedListFix(file: NixFile, host: string, first: List, second: List): Fix | null {
  const { text, tree } = file;
  const outputs = locate(text, tree.root, ['outputs']);
  if (outputs?.kind !== 'binding' || outputs.binding.value.kind !== 'lambda') return null;
  const outer = outputs.binding.value.body;
  const body = outer.kind === 'let' ? outer.body : outer;
  const isSafe = [first, second].every((list) => seesWhatBodySees(tree.root, body, list));
  const listText = text.slice(first.start, first.end);
  // Moving a text that runs over lines would change it where it is a string.
  if (!isSafe || body.kind !== 'attribute-set' || listText.includes("''") || /"[^"\n]*\n/.test(listText)) return null;
  const name = freeName(text, host);
  const indent = `${indentationAt(text, body.start)}  `;
  const old = indentationAt(text, first.start);
  const moved = listText
    .split('\n')
    .map((line, index) => (index === 0 ? line : line.startsWith(old) ? indent + line.slice(old.length) : line))
    .join('\n');
  const binding = `${name} = ${moved};`;
  const last = outer.kind === 'let' ? outer.bindings.at(-1) : undefined;
  const insertion = last
    ? insertedBehind(text, last.end, binding, indent)
    : insertedBefore(text, body.start, binding, indent);
  return file.fix(`Make one list of ${host}’s modules`, [
    insertion,
    { start: first.start, end: first.end, text: name },
    { start: second.start, end: second.end, text: name },
  ]);
}

function insertedBehind(text: string, end: number, binding: string, indent: string) {
  const isOwnLine = text.slice(lineStart(text, end), end).trim() !== '';
  return { start: end, end, text: isOwnLine ? `\n${indent}${binding}` : ` ${binding}` };
}

function insertedBefore(text: string, start: number, binding: string, indent: string) {
  const outer = indent.slice(0, -2);
  const from = text.slice(0, start).trimEnd().length;
  return { start: from, end: start, text: `\n${outer}let\n${indent}${binding}\n${outer}in\n${outer}` };
}
