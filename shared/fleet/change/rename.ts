import { declarationsOf, isContainer } from './declarations.ts';
import { spliced, together, type Edit } from './edit.ts';
import type { FleetFacts, Way } from './fleet-facts.ts';
import type { Literal } from './outline.ts';
import { renamedPath, withName } from './paths.ts';
import { everywhere, type Found } from './source.ts';

/** Ways to call a host otherwise in all that declares it or looks it up, the most thorough first. */
export function renameWays(facts: FleetFacts, host: string, newName: string): Way<Edit>[] {
  const { names, items, paths } = declarationsOf(facts, host);
  const written = (isSureOnly: boolean): Edit[] =>
    names
      .filter(({ isSure }) => isSure || !isSureOnly)
      .map(({ source, what }) =>
        spliced(source.path, { start: what.start, end: what.end, text: source.format.formatName(newName) }),
      );
  const texts = (isLoose: boolean): Edit[] =>
    everywhere(facts.sources, ({ literals }) => literals)
      .filter((found) => found.what.value === host && meansHost(host, found, isLoose))
      .concat(
        items
          .filter(({ what }) => what.text !== null)
          .map(({ source, what }) => ({ source, what: { ...what, value: host, key: null, within: null } })),
      )
      .map(({ source, what }) =>
        spliced(source.path, { start: what.start, end: what.end, text: source.format.formatValue(newName, '') }),
      );
  const lookups = everywhere(facts.sources, ({ references }) => references)
    .filter(({ what }) => what.text === host && isContainer(what.subject))
    .map(({ source, what }) =>
      spliced(source.path, { start: what.start, end: what.end, text: source.format.formatName(newName) }),
    );

  const moved = paths.map((from) => ({ from, to: withName(from, host, newName) }));
  const others = alsoNamed(facts.files, host, paths).map((from) => ({ from, to: withName(from, host, newName) }));
  const moving = (moves: Edit['moves']): Edit => ({
    ...together(
      everywhere(facts.sources, (outline) => outline.paths).flatMap(({ source, what }) => {
        const splice = moves.map(({ from, to }) => renamedPath(source, what, from, to)).find((item) => item !== null);
        return splice ? [spliced(source.path, splice)] : [];
      }),
    ),
    moves,
  });
  const [first] = names.length > 0 ? names : items;
  const place = first ? { file: first.source.path, offset: first.what.start } : null;
  const variants: Edit[][] = [
    [...written(false), ...texts(false), ...lookups, moving(moved)],
    ...(others.length > 0 ? [[...written(false), ...texts(false), ...lookups, moving([...moved, ...others])]] : []),
    [...written(false), ...texts(true), ...lookups, moving([...moved, ...others])],
    [...written(true), ...texts(false), ...lookups],
  ];
  const isEmpty = (edit: Edit): boolean => edit.splices.length + edit.moves.length === 0;
  return variants.map((edits) => ({ edit: together(edits), place })).filter(({ edit }) => !isEmpty(edit));
}

/** Other files and folders with the host's name: secrets, data. */
function alsoNamed(files: readonly string[], host: string, known: readonly string[]): string[] {
  const found = new Set<string>();
  for (const file of files) {
    if (known.some((path) => file === path || file.startsWith(`${path}/`))) continue;
    const parts = file.split('/');
    const at = parts.findIndex(
      (part, index) =>
        part === host ||
        (index === parts.length - 1 && new RegExp(`^[^.]+\\.[A-Za-z]+$`).test(part) && part.startsWith(`${host}.`)),
    );
    if (at !== -1) found.add(parts.slice(0, at + 1).join('/'));
  }
  return [...found];
}

/** True where a text that reads as the host's name is meant as it. `isLoose`: also where it may be an address. */
function meansHost(host: string, { what }: Found<Literal>, isLoose: boolean): boolean {
  const { key, within } = what;
  if (key === 'hostName') return true;
  const isListed = within?.kind === 'record' && within.outer?.kind === 'item';
  const inRecord = within?.kind === 'entry' && within.outer?.kind === 'record' && within.outer.outer?.kind === 'item';
  if (isListed || inRecord)
    return (
      key !== null &&
      (isLoose ? ['name', 'hostname', 'host', 'machine', 'id'] : ['name', 'machine', 'id']).includes(key)
    );
  if (within?.kind !== 'call' || key !== null) return false;
  // `nas = mkHost "nas" { … }`, `(mkHost "nas")` in a list.
  const { outer } = within;
  return outer?.kind === 'item' || (outer?.kind === 'entry' && outer.name === host);
}
