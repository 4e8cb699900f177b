import { indentationAt, isFirstOnLine } from '../../nix/line.ts';
import { locate } from '../../nix/locate.ts';
import { parseNix } from '../../nix/parser.ts';
import { applySplices, type Splice } from '../../nix/splice.ts';
import type { Span } from '../../nix/syntax.ts';
import type { NewHost } from '../template/options.ts';
import { declarationsOf, type Declarations } from './declarations.ts';
import { noEdit, type Edit } from './edit.ts';
import type { FleetFacts, Way } from './fleet-facts.ts';
import { newFiles, ownLines, type Said } from './new-files.ts';
import type { Name } from './outline.ts';
import { renamedPath, targetOf, withName } from './paths.ts';
import type { Source } from './source.ts';

const everythingSaid: readonly Said[] = [['hostName', 'stateVersion'], ['hostName'], []];

/** `module`: the new host's own; null: it is written where hosts are declared. */
export interface CopyWay extends Way<Edit> {
  readonly module: string | null;
}

/**
 * Ways to declare a host like another one: its entries again under the new name, and files where the model has files.
 * What the model says of its address and tags is still in them; see values.ts and tags.ts for the new ones.
 * @param isForInstall only ways with a module of the host's own, which imports what an install writes beside it
 */
export function copyWays(facts: FleetFacts, like: string, host: NewHost, isForInstall = false): CopyWay[] {
  const found = declarationsOf(facts, like);
  const sure = {
    names: found.names.filter(({ isSure }) => isSure),
    items: found.items.filter(({ isSure }) => isSure),
  };
  const [first] = [...sure.names, ...found.items];
  const place = first ? { file: first.source.path, offset: first.what.start } : null;
  const ways: CopyWay[] = [];
  // Lists and sets of bare names may be something else; they are tried where the rest is not enough.
  const choices = [
    sure,
    ...(found.items.length > sure.items.length ? [{ ...sure, items: found.items }] : []),
    ...(found.names.length > sure.names.length ? [found] : []),
  ];
  for (const { names, items } of choices) {
    for (const isShort of [true, false]) {
      for (const said of everythingSaid) {
        const own = found.paths.length === 0 ? ownLines(host, said) : [];
        const splices = copies({ names, items, like, name: host.name, own: isShort ? own : null });
        const copy = (source: Source): string =>
          renamedWords(copied(source, wholeOf(source), { like, name: host.name }), like, host.name);
        const { files: created, module } = newFiles(facts, {
          ...{ paths: found.paths, like, host, said, isForInstall, copy },
        });
        const isTaken = Object.keys(created).some((path) => facts.files.includes(path));
        const isSomething = splices !== null && splices.length + Object.keys(created).length > 0;
        const isWanted = isSomething && !isTaken && (!isForInstall || module !== null);
        if (isWanted) ways.push({ edit: { ...noEdit, splices, created }, place, module });
        // Where nothing of its own is written there is nothing that could say less.
        if (Object.keys(created).length === 0 && !isShort) break;
      }
    }
  }
  return ways;
}

/** Comments of a file that is copied as a whole are about the new host. */
function renamedWords(text: string, like: string, name: string): string {
  const escaped = like.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text.replace(/^[ \t]*#.*$/gm, (line) =>
    line.replace(new RegExp(`(?<![A-Za-z0-9_-])${escaped}(?![A-Za-z0-9_-])`, 'g'), name),
  );
}

function wholeOf({ text }: Source): Span {
  return { start: 0, end: text.length };
}

interface CopyRequest extends Pick<Declarations, 'names' | 'items'> {
  readonly like: string;
  readonly name: string;
  /**
   * Of an entry that is a module in sight only what makes it a host of the fleet (imports, deployment) is copied, and
   * these lines are put in. null: everything is copied.
   */
  readonly own: readonly string[] | null;
}

/** The model's entries with the new name, each behind the model's; null where nothing could be made shorter. */
function copies({ names, items, like, name, own }: CopyRequest): Edit['splices'] | null {
  const splices: { file: string; splice: Splice }[] = [];
  let isShortened = false;
  const groups = Map.groupBy(names, ({ what }) => what.group);
  for (const declared of groups.values()) {
    const last = declared.at(-1);
    if (!last || last.what.value === null) continue;
    const { source, what } = last;
    const module = own === null ? null : shortModule(source, what, own);
    if (module) isShortened = true;
    const texts = declared.map(({ what: { entry, start, end } }) => {
      const more = [{ start, end, text: source.format.formatName(name) }, ...(module ?? [])];
      return source.format.withoutComments(copied(source, entry, { like, name, more }));
    });
    const newline = source.text.includes('\r\n') ? '\r\n' : '\n';
    const joined = texts.join(`${newline}${indentationAt(source.text, what.entry.start)}`);
    splices.push({ file: source.path, splice: source.format.insertBehind(source.text, what.entry, joined) });
  }
  for (const { source, what } of items) {
    const added = source.format.withoutComments(copied(source, what, { like, name }));
    splices.push({ file: source.path, splice: source.format.insertBehind(source.text, what, added) });
  }
  return own !== null && !isShortened ? null : splices;
}

/** Takes out of a module that is written in its entry what is that machine's own, and puts `lines` in. */
function shortModule(
  { path, text }: Source,
  { entry, value, isLast }: Name,
  lines: readonly string[],
): Splice[] | null {
  if (value === null || !isLast || !path.endsWith('.nix')) return null;
  const source = text.slice(value.start, value.end);
  const { root } = parseNix(source);
  const body = root.kind === 'lambda' ? root.body : root;
  if (body.kind !== 'attribute-set') return null;
  // colmena's nodes are modules; what else is written as a set (deploy-rs's nodes) is copied as a whole.
  if (!locate(source, body, ['deployment']) && !locate(source, body, ['imports'])) return null;
  const kept = body.bindings.filter(
    (item) =>
      item.kind === 'binding' && /^(imports|deployment|nixpkgs)\b/.test(source.slice(item.path.start, item.path.end)),
  );
  if (kept.length === body.bindings.length && lines.length === 0) return null;
  const outer = indentationAt(text, entry.start);
  const [first] = body.bindings;
  const inner = first && isFirstOnLine(source, first.start) ? indentationAt(source, first.start) : `${outer}  `;
  const close = /\n[ \t]*$/.exec(source.slice(0, body.end - 1))?.[0] ?? `\n${outer}`;
  const end = `${lines.map((line) => (line === '' ? '\n' : `\n${inner}${line}`)).join('')}${close}`;
  const ends = [body.open + 1, ...kept.map((item) => item.end)];
  const starts = [...kept.map((item) => item.start), body.end - 1];
  return ends.map((from, index) => ({
    start: value.start + from,
    end: value.start + (starts[index] ?? from),
    text: index === ends.length - 1 ? end : `\n${inner}`,
  }));
}

/** Under these names a text is an address, also where it is the host's name. */
const addressKeys = ['targetHost', 'address', 'ip'];

interface Renaming {
  readonly like: string;
  readonly name: string;
  /** Splices of the whole text that come first. */
  readonly more?: readonly Splice[];
}

/** A piece of a file with another host's name in the place of the model's. */
function copied(source: Source, span: Span, { like, name, more = [] }: Renaming): string {
  const { outline, format, text } = source;
  const renamed: Splice[] = [
    ...outline.references
      .filter((item) => item.text === like)
      .map(({ start, end }) => ({ start, end, text: format.formatName(name) })),
    ...outline.literals
      .filter((item) => item.value === like && !addressKeys.includes(item.key ?? ''))
      .map(({ start, end }) => ({ start, end, text: format.formatValue(name, '') })),
    ...outline.paths.flatMap((place) => {
      const parts = targetOf(source, place)?.split('/') ?? [];
      const at = parts.findIndex(
        (part) => part === like || (part.startsWith(`${like}.`) && /^\.[a-z]+$/.test(part.slice(like.length))),
      );
      const from = parts.slice(0, at + 1).join('/');
      return at === -1 ? [] : (renamedPath(source, place, from, withName(from, like, name)) ?? []);
    }),
  ];
  const isIn = ({ start, end }: Span): boolean => span.start <= start && end <= span.end;
  const isFree = (item: Span): boolean => more.every(({ start, end }) => item.end <= start || end <= item.start);
  const splices = [...renamed.filter((item) => isIn(item) && isFree(item)), ...more];
  return applySplices(
    text.slice(span.start, span.end),
    splices.map((item) => ({ ...item, start: item.start - span.start, end: item.end - span.start })),
  );
}
