import { createHash } from 'node:crypto';
import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { z } from 'zod';
import { homeFolder } from '../home.ts';
import { findNixHere, nixHost } from '../nix/nix-program.ts';
import { askProgram } from '../tools/program.ts';
import type { AnywhereOrigin } from './bring-anywhere.ts';
import { installError, installProblems } from './problems.ts';

/** The release that is fetched where there is none on this computer. */
export const pinnedAnywhere = '1.13.0';

/** The commit of {@link pinnedAnywhere}. */
const pinnedRevision = 'bad98b0685cf47eaeadcaf6787da8b51cf025693';

/** The oldest release with `--phases`, `--store-paths` and hardware reports of both kinds. */
export const minimumAnywhere = '1.4';

/** How nixos-anywhere is started. */
export interface AnywhereProgram {
  readonly argv: readonly [string, ...string[]];
  /** Null where nothing tells it: it has no `--version`. */
  readonly version: string | null;
  readonly source: 'path' | 'fleet' | 'flake';
  /** What brings it here before it is started; absent: nothing is needed. */
  readonly origin?: AnywhereOrigin;
}

/** Flags that an install uses; a nixos-anywhere that does not know one is too old. */
const wantedFlags = ['--phases', '--store-paths', '--extra-files', '--disk-encryption-keys', '--ssh-option'];
/** It would look for what was built in a store of this computer, or evaluate again, without these. */
const wantedElsewhere = ['--build-on', '--no-use-machine-substituters'];

const pinned = {
  type: 'github',
  owner: 'nix-community',
  repo: 'nixos-anywhere',
  rev: pinnedRevision,
  narHash: 'sha256-61zO8zsFE8C104hCTv04z6a4H8U03OEMrRAXtGsszkE=',
};
const fromFleet = { version: null, source: 'fleet' } as const;

const lockFile = z.object({
  root: z.string(),
  nodes: z.record(
    z.string(),
    z.object({
      inputs: z.record(z.string(), z.unknown()).optional(),
      locked: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});

/**
 * Finds nixos-anywhere: on PATH, in the fleet's inputs, or as a release that nix fetches. Where nix runs on another machine,
 * it is started here all the same, since it is handed keys: what nix has fetched there is brought here (bring-anywhere.ts).
 * @param fleetFolder the folder of flake.nix
 * @throws ProblemError `install-no-nixos-anywhere`, `install-nixos-anywhere-old`, `install-programs-missing`
 */
export async function findAnywhere(env: NodeJS.ProcessEnv, fleetFolder: string | null): Promise<AnywhereProgram> {
  const isElsewhere = nixHost(env) !== null;
  const found = onPath(env);
  if (found !== null) {
    const program: AnywhereProgram = { argv: [found], version: versionOf(found), source: 'path' };
    await requireFlags(program, env, isElsewhere);
    return program;
  }
  const input = fleetFolder === null ? null : inputOf(fleetFolder);
  if (isElsewhere) {
    await requirePrograms(env);
    // Without a hash it could not be told that it is what was locked.
    const locked = typeof input?.locked?.['narHash'] === 'string' ? input.locked : pinned;
    const name = createHash('sha256').update(JSON.stringify(locked)).digest('hex').slice(0, 16);
    const folder = join(homeFolder(env), 'cache', `nixos-anywhere-${name}`);
    const argv = ['bash', join(folder, 'src', 'nixos-anywhere.sh')] as const;
    const known = locked === pinned ? { version: pinnedAnywhere, source: 'flake' as const } : fromFleet;
    return { argv, ...known, origin: { locked, folder } };
  }
  let nix: string;
  try {
    nix = (await findNixHere(env)).path;
  } catch (error) {
    throw installError(installProblems.noAnywhere(`PATH=${env['PATH'] ?? ''}`), error);
  }
  const run = [nix, '--extra-experimental-features', 'nix-command flakes', 'run'] as const;
  if (fleetFolder !== null && input !== null) {
    return { argv: [...run, '--inputs-from', fleetFolder, 'nixos-anywhere', '--'], ...fromFleet };
  }
  const flake = `github:nix-community/nixos-anywhere/${pinnedAnywhere}`;
  return { argv: [...run, flake, '--'], version: pinnedAnywhere, source: 'flake' };
}

function onPath(env: NodeJS.ProcessEnv): string | null {
  const chosen = env['NIXSTEAD_NIXOS_ANYWHERE'];
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = chosen ? [chosen] : folders.map((folder) => join(folder, 'nixos-anywhere'));
  return candidates.find(isProgram) ?? null;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** `/nix/store/…-nixos-anywhere-1.13.0/bin/nixos-anywhere`. */
function versionOf(program: string): string | null {
  return /-nixos-anywhere-(\d[^/]*)\//.exec(realpathSync(program))?.[1] ?? null;
}

/** The fleet's own nixos-anywhere; null: it has none. */
function inputOf(folder: string): { readonly locked: Readonly<Record<string, unknown>> | null } | null {
  try {
    const lock = lockFile.parse(JSON.parse(readFileSync(join(folder, 'flake.lock'), 'utf8')));
    const node = lock.nodes[lock.root]?.inputs?.['nixos-anywhere'];
    if (node === undefined) return null;
    // An input that follows another one is a list.
    return { locked: typeof node === 'string' ? (lock.nodes[node]?.locked ?? null) : null };
  } catch {
    return null;
  }
}

async function requireFlags({ argv }: AnywhereProgram, env: NodeJS.ProcessEnv, isElsewhere: boolean): Promise<void> {
  const wanted = isElsewhere ? [...wantedFlags, ...wantedElsewhere] : wantedFlags;
  const help = await askProgram([argv[0], '--help'], env);
  if (help === null) throw installError(installProblems.noAnywhere(`${argv[0]} --help gave no answer`));
  const missing = wanted.filter((flag) => !help.stdout.includes(flag));
  if (missing.length > 0) throw installError(installProblems.oldAnywhere(argv[0], missing, isElsewhere));
}

/** What the scripts use besides ssh and what every Unix has; their package brings it where nix is. */
const lookForPrograms = `set -- timeout ssh-copy-id ssh-keygen
for program; do command -v "$program" >/dev/null || echo "$program"; done
[ "\${BASH_VERSINFO:-0}" -ge 4 ] || echo 'bash 4 or newer'`;

async function requirePrograms(env: NodeJS.ProcessEnv): Promise<void> {
  const answer = await askProgram(['bash', '-c', lookForPrograms], env);
  const missing = answer === null ? ['bash 4 or newer'] : answer.stdout.split('\n').filter((line) => line !== '');
  if (missing.length > 0) throw installError(installProblems.noPrograms(missing));
}
