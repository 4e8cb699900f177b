import { parseNix } from '../../nix/parser.ts';
import { formatString, formatValue, type NixValue } from '../../nix/value.ts';
import { deploymentValue } from '../template/host-files.ts';
import type { FileSet, NewHost } from '../template/options.ts';
import { filesIn } from './declarations.ts';
import type { FleetFacts } from './fleet-facts.ts';
import { folderOf, targetOf, withName } from './paths.ts';
import { installImports, mainNames } from './install-files.ts';
import type { Source } from './source.ts';

/** What a new machine says of itself; a fleet may say some of it for all of them. */
export type Said = readonly ('hostName' | 'stateVersion')[];

export interface NewFilesRequest {
  /** The model's folders and files. */
  readonly paths: readonly string[];
  readonly like: string;
  readonly host: NewHost;
  readonly said: Said;
  /** Its module imports what an install writes. */
  readonly isForInstall: boolean;
  /** The text of a file of the model with the new name. */
  readonly copy: (source: Source) => string;
}

const placeholder = `# Filled in when the machine is installed.
{ }
`;

/** Files of a new host. */
export interface NewFiles {
  readonly files: FileSet;
  /** Its own module among them; null: it is written where hosts are declared. */
  readonly module: string | null;
}

/** The files that a host like the model needs: a module of its own, data like the model's, room for what comes later. */
export function newFiles(
  { sources, files }: FleetFacts,
  { paths, like, host, said, isForInstall, copy }: NewFilesRequest,
): NewFiles {
  const named = new Set(
    sources.flatMap((source) => source.outline.paths.flatMap((place) => targetOf(source, place) ?? [])),
  );
  const created: Record<string, string> = {};
  let module: string | null = null;
  for (const path of paths) {
    const own = filesIn(files, path);
    const to = withName(path, like, host.name);
    const main = own.find((file) => file === path || mainNames.some((name) => file === `${path}/${name}`));
    for (const file of own) {
      const target = to + file.slice(path.length);
      const source = sources.find((item) => item.path === file);
      if (file === main) {
        module ??= target;
        const imports = isForInstall && module === target ? installImports(target) : [];
        created[target] = moduleText(source ?? null, host, said, imports);
      } else if (source && folderOf(file) === path && isData(source)) created[target] = copy(source);
      else if (named.has(file) && !isNamedInside(path, file, sources)) created[target] = placeholder;
    }
  }
  return { files: created, module };
}

/** True for a file that only the model's own files bring in: the new machine's do not. */
function isNamedInside(path: string, file: string, sources: readonly Source[]): boolean {
  return sources.every(
    (source) =>
      source.path.startsWith(`${path}/`) || !source.outline.paths.some((place) => targetOf(source, place) === file),
  );
}

/** Facts that a flake reads before it builds the machine, not a module: a set in sight, or data. */
function isData({ path, text, outline }: Source): boolean {
  if (!path.endsWith('.nix')) return true;
  const { root } = parseNix(text);
  const facts = ['deployment', 'targetHost', 'system', 'type', 'role', 'tags', 'address', 'ip'];
  return (
    root.kind === 'attribute-set' &&
    outline.names.some(({ path: [first, ...rest] }) => rest.length === 0 && facts.includes(first ?? ''))
  );
}

/** The module of a new machine, with its deployment where the model's module has it. */
function moduleText(model: Source | null, host: NewHost, said: Said, imports: readonly string[]): string {
  const isDeployedHere = model?.outline.names.some(({ path }) => path[0] === 'deployment') === true;
  const deployment =
    isDeployedHere && host.address !== null ? [`deployment = ${formatValue(deploymentOf(host), '  ')};`] : [];
  const own = ownLines(host, said, deployment);
  const lines = imports.length === 0 ? own : [...imports, ...(own.length === 0 ? [] : ['']), ...own];
  return lines.length === 0
    ? placeholder
    : `{\n${lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n')}\n}\n`;
}

/** What a machine says of itself. @param between lines between its name and its release */
export function ownLines(host: NewHost, said: Said, between: readonly string[] = []): string[] {
  const name = said.includes('hostName') ? [`networking.hostName = ${formatString(host.name)};`] : [];
  const first = [...name, ...between];
  if (!said.includes('stateVersion')) return first;
  return [
    ...first,
    ...(first.length > 0 ? [''] : []),
    '# The release that this machine was installed with; it stays when the machine is upgraded.',
    `system.stateVersion = ${formatString(host.stateVersion)};`,
  ];
}

function deploymentOf(host: NewHost): NixValue {
  const value = deploymentValue(host);
  // The kind of machine is a tag in fleets of our own alone.
  return value !== null && typeof value === 'object' && 'tags' in value ? { ...value, tags: [...host.tags] } : value;
}
