import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import type { FleetFacts, HostPositions } from '../../../../shared/fleet/change/fleet-facts.ts';
import { readSource, type Position, type Source } from '../../../../shared/fleet/change/source.ts';
import { offsetAt } from '../../../../shared/nix/line.ts';
import type { Evaluator } from '../evaluator.ts';
import { textOf } from '../files/fleet-file.ts';
import type { FleetFolder } from '../folder.ts';
import { askHosts } from '../host-questions.ts';
import { localPaths } from '../local-paths.ts';
import { outlineQuestion, type HostOutline, type NixPosition } from '../outline.ts';
import { seenFiles } from '../seen-files.ts';

/** In none of them a host is declared, and they are long. */
const foreign = /(^|\/)(flake\.lock|package-lock\.json|options\.json)$|(^|\/)(node_modules|\.git)\//;
const maxSources = 3000;
const maxBytes = 1_000_000;

/** The files of a fleet, those that may declare hosts taken apart. */
export async function readFiles(
  folder: FleetFolder,
  signal: AbortSignal,
): Promise<Pick<FleetFacts, 'files' | 'sources'>> {
  const files = await seenFiles(folder, signal);
  const wanted = files.filter((path) => /\.(nix|json|toml)$/.test(path) && !foreign.test(path)).slice(0, maxSources);
  const sources = await Promise.all(
    wanted.map(async (path): Promise<Source[]> => {
      const bytes = await readFile(join(folder.path, path)).catch(() => null);
      const text = bytes === null || bytes.length > maxBytes ? null : textOf(bytes);
      const source = text === null ? null : readSource(path, text);
      return source ? [source] : [];
    }),
  );
  return { files, sources: sources.flat() };
}

/** Where evaluation says that hosts are declared. What it cannot tell is left out. */
export async function findPositions(
  folder: FleetFolder,
  { sources, names, evaluate }: { sources: readonly Source[]; names: readonly string[]; evaluate: Evaluator },
): Promise<Map<string, HostPositions>> {
  const texts = new Map(sources.map(({ path, text }) => [path, text]));
  const localPath = localPaths(folder);
  const top = `${folder.path}/`;
  const placed = (position: NixPosition | null | undefined): Position[] => {
    const path = position ? localPath(position.file) : '';
    const file = path.startsWith(top) ? path.slice(top.length) : null;
    const text = file === null ? undefined : texts.get(file);
    return position && file !== null && text !== undefined ? [{ file, offset: offsetAt(text, position) }] : [];
  };
  const positionsOf = (outline: HostOutline): HostPositions => ({
    declared: [outline.nixosConfigurations, outline.hive, outline.deployNode].flatMap(placed),
    values: [...Object.values(outline.deployment), outline.hostname, outline.sshUser].flatMap(placed),
  });
  const questions = names.map((name) => outlineQuestion(folder.form, name));
  const answers = await askHosts(questions, { evaluate, chunkSize: names.length, onAnswers: () => undefined });
  return new Map(
    answers.flatMap((result) => ('answer' in result ? [[result.question.name, positionsOf(result.answer)]] : [])),
  );
}
