import { execFile } from 'node:child_process';
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { ProblemError } from '../errors.ts';
import { parseNixVersion, type NixVersion } from './nix-version.ts';

export interface NixProgram {
  /** Absolute. */
  readonly path: string;
  readonly version: NixVersion;
}

/** Where installers put nix: a program that was started from a desktop often lacks the PATH of a shell. */
const usualFolders = [
  '/run/current-system/sw/bin',
  '/nix/var/nix/profiles/default/bin',
  join(homedir(), '.nix-profile', 'bin'),
  join(homedir(), '.local', 'state', 'nix', 'profile', 'bin'),
];

const versions = new Map<string, Promise<NixVersion>>();

/**
 * Finds nix (`$NIXSTEAD_NIX`, then PATH, then where installers put it) and asks for its version, once for each program
 * file.
 * @throws ProblemError `nix-missing`, `nix-unusable`
 */
export async function findNix(env: NodeJS.ProcessEnv = process.env): Promise<NixProgram> {
  const chosen = env['NIXSTEAD_NIX'];
  const folders = [...(env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''), ...usualFolders];
  const candidates = chosen ? [chosen] : folders.map((folder) => join(folder, 'nix'));
  const path = candidates.find(isProgram);
  if (path === undefined) throw nixMissing(chosen ? `NIXSTEAD_NIX=${chosen}` : `PATH=${env['PATH'] ?? ''}`);
  const { mtimeMs, size } = statSync(path);
  const key = [realpathSync(path), mtimeMs, size].join('\0');
  let version = versions.get(key);
  if (version === undefined) {
    version = askVersion(path, env);
    versions.set(key, version);
    version.catch(() => versions.delete(key));
  }
  return { path, version: await version };
}

async function askVersion(path: string, env: NodeJS.ProcessEnv): Promise<NixVersion> {
  let answer: string;
  try {
    answer = (await promisify(execFile)(path, ['--version'], { env, timeout: 15_000 })).stdout;
  } catch (cause) {
    throw nixUnusable(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
  const version = parseNixVersion(answer);
  if (version === null) throw nixUnusable(path, answer.trim());
  return version;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function nixMissing(evidence: string): ProblemError {
  return new ProblemError({
    code: 'nix-missing',
    title: 'Nix was not found on this computer',
    evidence,
    advice: ['Install it: https://nixos.org/download', 'If it is installed, say where: NIXSTEAD_NIX=/path/to/nix'],
  });
}

function nixUnusable(path: string, evidence: string, cause?: unknown): ProblemError {
  return new ProblemError(
    {
      code: 'nix-unusable',
      title: `The program ${path} does not answer as nix does`,
      evidence,
      advice: ['Run it by hand with --version and see what it says.'],
    },
    { cause },
  );
}
