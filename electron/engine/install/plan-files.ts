import { layoutOf } from '../../../shared/fleet/template/layout.ts';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { InstallRequest, InstallReview } from '../../../shared/contract/install.ts';
import { whyNameIsRefused } from '../../../shared/fleet/host-name.ts';
import { factoryHostFiles, simpleHostFiles } from '../../../shared/fleet/template/host-files.ts';
import { networkModule } from '../../../shared/fleet/template/network.ts';
import { planHost } from '../fleet/create/plan-host.ts';
import { foreignLayout } from '../fleet/create/errors.ts';
import { replaceFile } from '../fleet/create/write-files.ts';
import { git } from '../git/core.ts';
import { workTreeRoot } from '../git/root.ts';
import { ProblemError } from '../errors.ts';
import { nameRefused } from '../fleet/errors.ts';
import { installError, installProblems } from './problems.ts';

export type PlannedFile = InstallReview['files'][number];

/** Where a host of one of our fleets has its files, relative to the fleet's folder. */
export function hostFile(host: string, name: string): string {
  return `hosts/${host}/${name}`;
}

/**
 * The files that an install writes into the fleet: those of a new host, its layout, its network. What is there already
 * with the same text is left out, so that the check and the install that follows it agree.
 * @throws ProblemError `install-host-taken`, `fleet-foreign-layout` …
 */
export async function planFiles(folder: string, request: InstallRequest): Promise<PlannedFile[]> {
  const { host, newHost, network, layout } = request;
  const refused = whyNameIsRefused(host);
  if (refused !== null) throw new ProblemError(nameRefused(host, refused));
  const wanted: PlannedFile[] = newHost === null ? [] : await newHostFiles(folder, request);
  const add = (name: string, text: string | null): void => {
    if (text === null) return;
    const path = hostFile(host, name);
    wanted.push({ path, before: readIfThere(join(folder, path)), after: text });
  };
  add('disko.nix', layout?.text ?? null);
  add('disko-settings.nix', layout?.companion ?? null);
  add('network.nix', networkModule(network));
  return wanted.filter(({ before, after }) => before !== after);
}

async function newHostFiles(folder: string, { host, newHost }: InstallRequest): Promise<PlannedFile[]> {
  if (newHost === null) return [];
  const named = { ...newHost, name: String(host) };
  if (!existsSync(join(folder, 'hosts', host))) {
    const { newFiles, changedFiles } = await planHost(folder, named);
    return [
      ...changedFiles.map(({ path, before, after }) => ({ path, before, after })),
      ...Object.entries(newFiles).map(([path, after]) => ({ path, before: null, after })),
    ];
  }
  // A check has written them before; then they are as they would be made now.
  const layout = layoutOf(readIfThere(join(folder, 'flake.nix')) ?? '');
  if (layout === null) throw foreignLayout(folder);
  const files = layout === 'factory' ? factoryHostFiles(named) : simpleHostFiles(named);
  const isOurs = Object.entries(files).every(([path, text]) => readIfThere(join(folder, path)) === text);
  if (!isOurs) throw installError(installProblems.hostTaken(host));
  return [];
}

/** Writes the planned files and tells git of them, so that the flake sees them. */
export async function writePlanned(folder: string, files: readonly PlannedFile[], signal: AbortSignal): Promise<void> {
  for (const { path, after } of files) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await replaceFile(target, after);
  }
  if (files.length === 0 || workTreeRoot(folder) === null) return;
  await git(['add', '--intent-to-add', '--', ...files.map(({ path }) => path)], { cwd: folder, signal });
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
