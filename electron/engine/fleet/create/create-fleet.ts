import { mkdir, readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Problem } from '../../../../shared/contract/problem.ts';
import { readPublicKey, whyAdminIsRefused, whyTimeZoneIsRefused } from '../../../../shared/fleet/access-rules.ts';
import { fleetFiles } from '../../../../shared/fleet/template/fleet-files.ts';
import type { NewFleet } from '../../../../shared/fleet/template/options.ts';
import { ProblemError } from '../../errors.ts';
import { git } from '../../git/core.ts';
import { workTreeRoot } from '../../git/root.ts';
import { lockFlake } from '../../nix/flake-lock.ts';
import { badValue, cannotWrite } from './errors.ts';
import { existingFiles, writeNewFiles } from './write-files.ts';

/** What creating a fleet would do. */
export interface FleetPlan {
  readonly folder: string;
  readonly files: Readonly<Record<string, string>>;
  /** Files of the plan that the folder already has; then nothing may be written. */
  readonly inTheWay: readonly string[];
  /** Other things that the folder already holds; they stay. */
  readonly others: readonly string[];
  readonly isInGit: boolean;
}

export interface CreatedFleet {
  readonly folder: string;
  readonly files: readonly string[];
  /** What could not be done and does not keep the fleet from being used: no lock without a network, no commit ... */
  readonly problems: readonly Problem[];
}

const MAX_NAME_LENGTH = 200;

function checkValues(fleet: NewFleet): void {
  if (fleet.name.trim() === '' || fleet.name.length > MAX_NAME_LENGTH || /[\0-\x1f]/.test(fleet.name)) {
    throw badValue('name of the fleet', fleet.name, 'must be a short line of text');
  }
  if (!/^(\d\d\.\d\d|unstable)$/.test(fleet.release)) {
    throw badValue('release', fleet.release, 'must be one of nixpkgs, such as 25.11 or unstable');
  }
  const adminRefusal = whyAdminIsRefused(fleet.adminUser);
  if (adminRefusal !== null) throw badValue('admin user', fleet.adminUser, adminRefusal);
  const zoneRefusal = whyTimeZoneIsRefused(fleet.timeZone);
  if (zoneRefusal !== null) throw badValue('time zone', fleet.timeZone, zoneRefusal);
  const bad = fleet.sshKeys.find((key) => readPublicKey(key) === null);
  if (bad !== undefined) throw badValue('SSH key', bad, 'is not one line of an OpenSSH public key');
}

/** Says what would be written, and writes nothing. @throws ProblemError for a value that would not work */
export async function planFleet(folder: string, fleet: NewFleet): Promise<FleetPlan> {
  checkValues(fleet);
  const path = resolve(folder);
  const files = fleetFiles(fleet);
  const present = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw cannotWrite(path, error);
  });
  const tops = new Set(Object.keys(files).map((file) => file.split('/')[0]));
  return {
    folder: path,
    files,
    inTheWay: existingFiles(path, files),
    others: present.filter((name) => !tops.has(name) && name !== '.git'),
    isInGit: workTreeRoot(path) !== null,
  };
}

/**
 * Makes a fleet: files, a git repository where there is none, the lock where nix can make one, a first commit where git
 * knows who commits. Never writes over a file.
 * @param onStep told what is being done, in a few words
 */
export async function createFleet(
  folder: string,
  fleet: NewFleet,
  signal: AbortSignal,
  onStep?: (text: string) => void,
): Promise<CreatedFleet> {
  onStep?.('Writing files');
  const plan = await planFleet(folder, fleet);
  await mkdir(plan.folder, { recursive: true }).catch((error: unknown) => {
    throw cannotWrite(plan.folder, error);
  });
  await writeNewFiles(plan.folder, plan.files);
  const files = Object.keys(plan.files);
  const problems: Problem[] = [];
  const attempt = async (step: () => Promise<unknown>): Promise<boolean> => {
    try {
      await step();
      return true;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      problems.push(error.problem);
      return false;
    }
  };
  const cwd = plan.folder;
  const isReady =
    plan.isInGit || (await attempt(() => git(['init', '--quiet', '--initial-branch=main'], { cwd, signal })));
  if (isReady && (await attempt(() => git(['add', '--', ...files], { cwd, signal })))) {
    onStep?.('Locking inputs');
    const isLocked = await attempt(() => lockFlake(plan.folder, signal));
    if (isLocked) files.push('flake.lock');
    onStep?.('Committing');
    await attempt(() => git(['add', '--', ...files], { cwd, signal }));
    await attempt(() =>
      git(['commit', '--quiet', '-m', `${fleet.name}: a new fleet`, '--', ...files], { cwd, signal }),
    );
  }
  return { folder: plan.folder, files, problems };
}
