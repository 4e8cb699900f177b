import { execFile } from 'node:child_process';
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Problem } from '../../../shared/contract/problem.ts';
import { ProblemError } from '../errors.ts';
import { explainSshText } from '../ssh/explain.ts';
import { describeTarget } from '../ssh/target.ts';
import { nixHostOf, namesNixHost } from '../nix-host/address.ts';
import { nixHostProgram, nodeExecutable } from '../runtime.ts';
import { parseNixVersion, type NixVersion } from './nix-version.ts';

export interface NixProgram {
  /** What stands before nix's own arguments: an absolute path, or what runs nix on another machine. */
  readonly words: readonly [string, ...string[]];
  /** The same as a person is shown it. */
  readonly shown: readonly [string, ...string[]];
  readonly version: NixVersion;
  /** The machine that nix runs on, as a person writes it; null: this computer. */
  readonly host: string | null;
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
 * Finds nix (`$NIXSTEAD_NIX`, which may name another machine as `ssh://user@host`, then PATH, then where installers put it)
 * and asks for its version, once for each program file or machine.
 * @throws ProblemError `windows-without-wsl`, `nix-missing`, `nix-unusable`, `nix-host-refused`
 */
export async function findNix(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): Promise<NixProgram> {
  if (platform === 'win32') throw new ProblemError(windowsWithoutWsl);
  const host = nixHost(env);
  if (host === null) return findNixHere(env);
  const words = nixHostWords();
  return { words, shown: ['ssh', host, 'nix'], version: await versionOf(`ssh ${host}`, words, env, host), host };
}

/** What stands for `nix` on this computer where another machine runs it. */
export function nixHostWords(): readonly [string, ...string[]] {
  return [nodeExecutable(), '--disable-warning=ExperimentalWarning', nixHostProgram()];
}

/** The machine that nix runs on in place of this computer, as a person writes it; null: none is named. */
export function nixHost(env: NodeJS.ProcessEnv = process.env): string | null {
  const chosen = env['NIXSTEAD_NIX'] ?? '';
  return namesNixHost(chosen) ? describeTarget(nixHostOf(chosen)) : null;
}

/**
 * As {@link findNix}, for what only a program of this computer can do.
 * @throws ProblemError `nix-elsewhere`, `nix-missing`, `nix-unusable`
 */
export async function findNixHere(env: NodeJS.ProcessEnv = process.env): Promise<NixProgram & { path: string }> {
  const chosen = env['NIXSTEAD_NIX'];
  const host = nixHost(env);
  if (host !== null) throw nixElsewhere(host);
  const folders = [...(env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''), ...usualFolders];
  const candidates = chosen ? [chosen] : folders.map((folder) => join(folder, 'nix'));
  const path = candidates.find(isProgram);
  if (path === undefined) throw nixMissing(chosen ? `NIXSTEAD_NIX=${chosen}` : `PATH=${env['PATH'] ?? ''}`);
  const { mtimeMs, size } = statSync(path);
  const version = await versionOf([realpathSync(path), mtimeMs, size].join('\0'), [path], env, null);
  return { words: [path], shown: [path], version, host: null, path };
}

function versionOf(
  key: string,
  words: NixProgram['words'],
  env: NodeJS.ProcessEnv,
  host: string | null,
): Promise<NixVersion> {
  const known = versions.get(key);
  if (known !== undefined) return known;
  const version = askVersion(words, env, host);
  versions.set(key, version);
  version.catch(() => versions.delete(key));
  return version;
}

async function askVersion(
  [file, ...words]: NixProgram['words'],
  env: NodeJS.ProcessEnv,
  host: string | null,
): Promise<NixVersion> {
  let answer: string;
  try {
    answer = (await promisify(execFile)(file, [...words, '--version'], { env, timeout: 15_000 })).stdout;
  } catch (cause) {
    if (host !== null) throw nixHostSilent(host, cause);
    throw nixUnusable(file, cause instanceof Error ? cause.message : String(cause), cause);
  }
  const version = parseNixVersion(answer);
  if (version === null) throw nixUnusable(host ?? file, answer.trim());
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

/** One command of OpenSSH: starts Nixstead on a machine that has it, with nix, and brings its door to this computer. */
export const serveBySsh =
  'ssh -t -L 7890:127.0.0.1:7890 USER@HOST "cd nixstead && npm start -- --browser --no-open --port 7890"';

/** Neither nix nor what stands for it here: the ssh of Windows brings no socket from another machine. */
export const windowsWithoutWsl: Problem = {
  code: 'windows-without-wsl',
  title: 'Nixstead’s engine does not run on Windows itself',
  evidence: 'This is Windows itself, which has neither nix nor an ssh that forwards unix sockets.',
  advice: [
    `Start it on a machine that has nix and Nixstead, and use it from here in a browser: ${serveBySsh} prints the address.`,
    'Or install WSL 2 (wsl --install), and Nixstead in it as on Linux; it needs no nix there where another machine runs it. There, npm start -- --browser prints an address that browsers of Windows open.',
  ],
};

function nixMissing(evidence: string): ProblemError {
  return new ProblemError({
    code: 'nix-missing',
    title: 'Nix was not found on this computer',
    evidence,
    advice: [
      'Install it: https://nixos.org/download',
      'Or let a machine that has it do the work: Settings, “Nix runs on”, or NIXSTEAD_NIX=ssh://user@host.',
      'If it is installed, say where: NIXSTEAD_NIX=/path/to/nix',
    ],
  });
}

function nixElsewhere(host: string): ProblemError {
  return new ProblemError({
    code: 'nix-elsewhere',
    title: `This needs nix on this computer, and nix runs on ${host} here`,
    evidence: `NIXSTEAD_NIX=ssh://${host}`,
    advice: ['Install nix here for this: https://nixos.org/download', 'Or do it on a computer that has nix.'],
  });
}

/** The machine did not answer as nix does; ssh or its shell said why. */
function nixHostSilent(host: string, cause: unknown): ProblemError {
  const said = z.object({ stderr: z.string() }).safeParse(cause);
  const text = said.success ? plainTextOf(said.data.stderr) : '';
  const known = explainSshText(text, host);
  if (known !== null) return new ProblemError(known, { cause });
  return new ProblemError(
    {
      code: 'nix-host-silent',
      title: `Nix on ${host} does not answer`,
      evidence: text || (cause instanceof Error ? cause.message : String(cause)),
      advice: [
        `Try it in a terminal: ssh ${host} nix --version`,
        'Nobody can be asked there: its host key must be known, and your key be in the agent or without a passphrase.',
      ],
      canRetry: true,
    },
    { cause },
  );
}

/** Without what stands there for nix's own log. */
function plainTextOf(text: string): string {
  return text
    .split('\n')
    .filter((line) => !line.startsWith('@nix '))
    .join('\n')
    .trim();
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
