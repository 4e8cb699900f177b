import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { z } from 'zod';
import { findNixHere, nixHost } from '../nix/nix-program.ts';
import { askProgram } from '../tools/program.ts';
import { installError, installProblems } from './problems.ts';

/** The release that is fetched where there is none on this computer. */
export const pinnedAnywhere = '1.13.0';

/** The oldest release with `--phases`, `--store-paths` and hardware reports of both kinds. */
export const minimumAnywhere = '1.4';

/** How nixos-anywhere is started. */
export interface AnywhereProgram {
  readonly argv: readonly [string, ...string[]];
  /** Null where nothing tells it: it has no `--version`. */
  readonly version: string | null;
  readonly source: 'path' | 'fleet' | 'flake';
}

/** Flags that an install uses; a nixos-anywhere that does not know one is too old. */
const wantedFlags = ['--phases', '--store-paths', '--extra-files', '--disk-encryption-keys', '--ssh-option'];

const lockFile = z.object({
  root: z.string(),
  nodes: z.record(z.string(), z.object({ inputs: z.record(z.string(), z.unknown()).optional() })),
});

/**
 * Finds nixos-anywhere: on PATH, in the fleet's inputs, or as a release that nix fetches.
 * @param fleetFolder the folder of flake.nix
 * @throws ProblemError `install-no-nixos-anywhere`, `install-nixos-anywhere-old`
 */
export async function findAnywhere(env: NodeJS.ProcessEnv, fleetFolder: string | null): Promise<AnywhereProgram> {
  // The program itself needs nix here, whose store it sends from.
  if (nixHost(env) !== null) await findNixHere(env);
  const found = onPath(env);
  if (found !== null) {
    const program: AnywhereProgram = { argv: [found], version: versionOf(found), source: 'path' };
    await requireFlags(program, env);
    return program;
  }
  let nix: string;
  try {
    nix = (await findNixHere(env)).path;
  } catch (error) {
    throw installError(installProblems.noAnywhere(`PATH=${env['PATH'] ?? ''}`), error);
  }
  const run = [nix, '--extra-experimental-features', 'nix-command flakes', 'run'] as const;
  if (fleetFolder !== null && isInputOf(fleetFolder)) {
    return { argv: [...run, '--inputs-from', fleetFolder, 'nixos-anywhere', '--'], version: null, source: 'fleet' };
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

function isInputOf(folder: string): boolean {
  try {
    const lock = lockFile.parse(JSON.parse(readFileSync(join(folder, 'flake.lock'), 'utf8')));
    return lock.nodes[lock.root]?.inputs?.['nixos-anywhere'] !== undefined;
  } catch {
    return false;
  }
}

async function requireFlags({ argv }: AnywhereProgram, env: NodeJS.ProcessEnv): Promise<void> {
  const help = await askProgram([argv[0], '--help'], env);
  if (help === null) throw installError(installProblems.noAnywhere(`${argv[0]} --help gave no answer`));
  const missing = wantedFlags.filter((flag) => !help.stdout.includes(flag));
  if (missing.length > 0) throw installError(installProblems.oldAnywhere(argv[0], missing));
}
