import { layoutOf } from '../../../shared/fleet/template/layout.ts';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Declaration, InstallRequest, InstallReview } from '../../../shared/contract/install.ts';
import { whyNameIsRefused } from '../../../shared/fleet/host-name.ts';
import { installFolder } from '../../../shared/fleet/change/install-files.ts';
import { factoryHostFiles, INSTALL_FILES, simpleHostFiles } from '../../../shared/fleet/template/host-files.ts';
import type { NewHost } from '../../../shared/fleet/template/options.ts';
import { networkModule } from '../../../shared/fleet/template/network.ts';
import { planHost, withEntry } from '../fleet/create/plan-host.ts';
import { foreignLayout } from '../fleet/create/errors.ts';
import { replaceFile } from '../fleet/create/write-files.ts';
import { gitOnFiles } from '../git/on-files.ts';
import { workTreeRoot } from '../git/root.ts';
import { ProblemError } from '../errors.ts';
import { nameRefused } from '../fleet/errors.ts';
import { planRemovals, type LeftHost } from './left-in-fleet.ts';
import { installError, installProblems } from './problems.ts';

export type PlannedFile = InstallReview['files'][number];

/** Which host, and how it is declared where that is its owner's way. */
type HostPlace = { readonly host: string; readonly declaration?: Declaration | undefined };

/** Where a host has its files, relative to the fleet's folder. */
export function hostFile({ host, declaration }: HostPlace, name: string): string {
  return `${declaration === undefined ? `hosts/${host}` : installFolder(declaration.module)}/${name}`;
}

/**
 * The files that an install writes into the fleet: those of a new host, its layout, its network. What is there already
 * with the same text is left out, so that the check and the install that follows it agree.
 * @param earlier as what this host was written before, by a check or an install that has not gone through: where nobody
 * has changed its files since, they are written anew
 * @param left what its checks wrote under other names, which goes
 * @throws ProblemError `install-host-taken`, `fleet-foreign-layout`, `install-declaration-old` …
 */
export async function planFiles(
  folder: string,
  request: InstallRequest,
  earlier: readonly NewHost[] = [],
  left: readonly LeftHost[] = [],
): Promise<PlannedFile[]> {
  const { host, newHost, declaration, network, layout } = request;
  const refused = whyNameIsRefused(host);
  if (refused !== null) throw new ProblemError(nameRefused(host, refused));
  if (newHost === null) requireRead(folder, request);
  const wanted: PlannedFile[] = [];
  if (declaration !== undefined) wanted.push(...declaredFiles(folder, declaration));
  else if (newHost !== null) wanted.push(...(await newHostFiles(folder, { ...newHost, name: host }, earlier)));
  const add = (name: string, text: string | null): void => {
    const path = hostFile(request, name);
    const before = readIfThere(join(folder, path));
    // What a check of this new host wrote, and what is not wanted any more, must not stay in force.
    const after = text ?? (newHost !== null && before !== null ? noSettings : null);
    if (after !== null) wanted.push({ path, before, after });
  };
  if (layout !== null) {
    add('disko.nix', layout.text);
    add('disko-settings.nix', layout.companion);
  }
  add('network.nix', networkModule(network));
  const planned = left.length === 0 || declaration !== undefined ? wanted : await planRemovals(folder, left, wanted);
  // A file that is only there to be imported gives way to what is written into it.
  const each = new Map(planned.map((file) => [file.path, file]));
  return [...each.values()].filter(({ before, after }) => before !== after);
}

/**
 * Whether the fleet reads a file that an install writes for a host: in a flake of somebody's own, only where it is there
 * already.
 */
export function isReadByFleet(folder: string, request: InstallRequest, path: string): boolean {
  if (request.newHost !== null) return true;
  return layoutOf(readIfThere(join(folder, 'flake.nix')) ?? '') !== null || existsSync(join(folder, path));
}

/** @throws ProblemError `install-file-unread` for what is chosen here and would be written where nothing reads it */
function requireRead(folder: string, request: InstallRequest): void {
  const { layout, network } = request;
  const names = [
    ...(layout === null ? [] : ['disko.nix']),
    ...(layout === null || layout.companion === null ? [] : ['disko-settings.nix']),
    ...(networkModule(network) === null ? [] : ['network.nix']),
  ];
  const unread = names.map((name) => hostFile(request, name)).filter((path) => !isReadByFleet(folder, request, path));
  if (unread.length > 0) throw installError(installProblems.fileUnread(request.host, unread));
}

const noSettings = '{ }\n';

/** What declares a host in a flake that was not made by us, as it was worked out; what is written already stays. */
function declaredFiles(folder: string, { module, files }: Declaration): PlannedFile[] {
  const filledIn = new Set(INSTALL_FILES.map((name) => `${installFolder(module)}/${name}`));
  return files.flatMap(({ path, before, after }) => {
    const now = readIfThere(join(folder, path));
    // Only there to be imported until the install writes it.
    if (filledIn.has(path)) return now === null && before === null ? [{ path, before, after }] : [];
    if (now === after) return [];
    if (now !== before) throw installError(installProblems.declarationOld(path));
    return [{ path, before, after }];
  });
}

async function newHostFiles(folder: string, host: NewHost, earlier: readonly NewHost[]): Promise<PlannedFile[]> {
  if (!existsSync(join(folder, 'hosts', host.name))) {
    const { newFiles, changedFiles } = await planHost(folder, host);
    return [
      ...changedFiles.map(({ path, before, after }) => ({ path, before, after })),
      ...Object.entries(newFiles).map(([path, after]) => ({ path, before: null, after })),
    ];
  }
  const isThere = ({ before, after }: PlannedFile): boolean => before === after;
  const isOurs = [host, ...earlier].some((one) => filesInPlace(folder, one).every(isThere));
  if (!isOurs) throw installError(installProblems.hostTaken(host.name));
  return filesInPlace(folder, host);
}

/** The files of a host that the fleet has, as they would be made now. */
function filesInPlace(folder: string, host: NewHost): PlannedFile[] {
  const flake = readIfThere(join(folder, 'flake.nix')) ?? '';
  const layout = layoutOf(flake);
  if (layout === null) throw foreignLayout(folder);
  const files =
    layout === 'factory' ? factoryHostFiles(host) : { ...simpleHostFiles(host), 'flake.nix': withEntry(flake, host) };
  return Object.entries(files).map(([path, after]) => ({ path, before: readIfThere(join(folder, path)), after }));
}

/** Writes the planned files and tells git of them, so that the flake sees them. */
export async function writePlanned(folder: string, files: readonly PlannedFile[], signal: AbortSignal): Promise<void> {
  const written: string[] = [];
  const removed: string[] = [];
  for (const { path, after } of files) {
    const target = join(folder, path);
    if (after === null) {
      await rm(target, { force: true });
      // The last one takes the folder with it.
      await rmdir(dirname(target)).catch(() => undefined);
      removed.push(path);
      continue;
    }
    await mkdir(dirname(target), { recursive: true });
    await replaceFile(target, after);
    written.push(path);
  }
  if (workTreeRoot(folder) === null) return;
  const options = { cwd: folder, signal };
  if (removed.length > 0)
    await gitOnFiles(['rm', '--quiet', '--cached', '--force', '--ignore-unmatch'], removed, options);
  if (written.length > 0) await gitOnFiles(['add', '--intent-to-add'], written, options);
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
