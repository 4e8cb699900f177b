import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DraftId, InstallReview } from '../../../shared/contract/install.ts';
import { layoutOf, hostsOf } from '../../../shared/fleet/template/layout.ts';
import type { NewHost } from '../../../shared/fleet/template/options.ts';
import { removeAttribute } from '../../../shared/nix/edit.ts';
import { parseNix } from '../../../shared/nix/parser.ts';
import { applySplices } from '../../../shared/nix/splice.ts';
import { withEntry } from '../fleet/create/plan-host.ts';
import { textHash } from '../fleet/text-hash.ts';
import { committedFile } from '../git/committed-file.ts';
import { workTreeRoot } from '../git/root.ts';
import type { JobRow } from '../store/jobs.ts';
import { installSpec } from './spec.ts';

type PlannedFile = InstallReview['files'][number];

/** A host that the checks of a draft have written into the fleet under a name that it has not any more. */
export interface LeftHost {
  readonly host: NewHost;
  /** Hash of each of its files as the check left it, by path in the fleet. */
  readonly texts: Readonly<Record<string, string>>;
}

/**
 * What the checks of a draft wrote under other names, latest first. A name under which something was installed is no
 * leftover.
 * @param jobs latest first
 */
export function leftUnderOtherNames(
  jobs: readonly Pick<JobRow, 'kind' | 'state' | 'spec'>[],
  { draft, host, folder }: { readonly draft: DraftId; readonly host: string; readonly folder: string },
): LeftHost[] {
  const specs = jobs.flatMap(({ kind, spec }) => {
    const read = installSpec.safeParse(spec);
    const isOfDraft = kind === 'install' && read.success && read.data.draft === draft;
    return isOfDraft && read.data.fleet.path === folder && read.data.host !== host ? [read.data] : [];
  });
  const installed = new Set(specs.filter(({ goal }) => goal === 'install').map((spec) => spec.host));
  const left = new Map<string, LeftHost>();
  for (const { host: name, newHost, files } of specs) {
    if (newHost === null || installed.has(name) || left.has(name)) continue;
    left.set(name, { host: { ...newHost, name }, texts: files.texts });
  }
  return [...left.values()];
}

/**
 * Takes away what was left: only where each file is as the check left it, nobody added another, and none is committed.
 * @param planned what is written otherwise; the fleet's flake.nix may be among it
 */
export async function planRemovals(
  folder: string,
  left: readonly LeftHost[],
  planned: readonly PlannedFile[],
): Promise<PlannedFile[]> {
  const removed: PlannedFile[] = [];
  const before = readFileSync(join(folder, 'flake.nix'), 'utf8');
  let flake = planned.find(({ path }) => path === 'flake.nix')?.after ?? before;
  for (const one of left) {
    const files = await asItWasLeft(folder, one);
    const rest = files === null ? null : withoutEntry(flake, one.host);
    if (files === null || rest === null) continue;
    removed.push(...files);
    flake = rest;
  }
  const others = planned.filter(({ path }) => path !== 'flake.nix');
  return [...(flake === before ? [] : [{ path: 'flake.nix', before, after: flake }]), ...others, ...removed];
}

/** The files of a host, each to be removed; null where somebody has made them their own. */
async function asItWasLeft(folder: string, { host, texts }: LeftHost): Promise<PlannedFile[] | null> {
  const files: PlannedFile[] = [];
  const isInGit = workTreeRoot(folder) !== null;
  for (const name of namesIn(join(folder, 'hosts', host.name))) {
    const path = `hosts/${host.name}/${name}`;
    const expected = texts[path];
    if (expected === undefined) return null;
    const before = readFileSync(join(folder, path), 'utf8');
    if (textHash(before) !== expected) return null;
    if (isInGit && (await committedFile(path, { cwd: folder })) !== null) return null;
    files.push({ path, before, after: null });
  }
  return files.length === 0 ? null : files;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** flake.nix without the entry of a host, where its layout has one; null where that is not as it was made. */
function withoutEntry(flake: string, host: NewHost): string | null {
  if (layoutOf(flake) !== 'simple') return flake;
  const hosts = hostsOf(parseNix(flake));
  if (hosts === null || withEntry(flake, host) !== flake) return null;
  return applySplices(flake, removeAttribute(hosts, [host.name]));
}
