import type { Span } from '../../nix/syntax.ts';
import { declarationsOf, filesIn } from './declarations.ts';
import { noEdit, spliced, together, type Edit } from './edit.ts';
import type { FleetFacts, Way } from './fleet-facts.ts';

/** Ways to take a host out of a fleet: with the files that only it has, without them, and of the sure places alone. */
export function retireWays(facts: FleetFacts, host: string): Way<Edit>[] {
  const { names, items, paths } = declarationsOf(facts, host);
  const entries = (isSureOnly: boolean): Edit[] => {
    const sure = [...names, ...items].filter(({ isSure }) => isSure || !isSureOnly);
    return [...Map.groupBy(sure, ({ source }) => source)].flatMap(([source, found]) => {
      const spans = found.map(({ what }) => ('entry' in what ? what.entry : what));
      return joined(source.text, spans).map((span) => spliced(source.path, source.format.remove(source.text, span)));
    });
  };
  const removed = new Set(paths.flatMap((path) => filesIn(facts.files, path)));
  const gone: Edit = { ...noEdit, removed: [...removed] };
  const [first] = [...names, ...items];
  const place = first ? { file: first.source.path, offset: first.what.start } : null;
  const variants = [[...entries(false), gone], ...(removed.size > 0 ? [entries(false)] : []), [...entries(true), gone]];
  return variants
    .map((edits) => ({ edit: withoutRemoved(together(edits)), place }))
    .filter(({ edit }) => edit.splices.length + edit.removed.length > 0);
}

/** Spans with nothing but white space between them are one. */
function joined(text: string, spans: readonly Span[]): Span[] {
  const sorted = spans.toSorted((a, b) => a.start - b.start);
  return sorted.reduce<Span[]>((all, { start, end }) => {
    const last = all.at(-1);
    const isNext = last !== undefined && text.slice(last.end, start).trim() === '';
    return isNext ? [...all.slice(0, -1), { start: last.start, end }] : [...all, { start, end }];
  }, []);
}

/** What goes as a whole is not changed before. */
function withoutRemoved(edit: Edit): Edit {
  return { ...edit, splices: edit.splices.filter(({ file }) => !edit.removed.includes(file)) };
}
