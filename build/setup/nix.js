// @ts-check
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { cacheFolder } from './cache-folder.js';
import { outputOf } from './command.js';
import { candidateVersion, canInstall, debianKind, installPackages, updateIndex } from './debian.js';
import { preparePrivateNix, privateNix } from './private-nix.js';
import { findProgram } from './programs.js';
import { say } from './say.js';

/** The oldest Nix that can do what Nixstead asks of it: `nix eval --apply`, `ssh-ng`, `--json` of path-info. */
const oldest = [2, 18];

/** @param {string} version such as 2.26.3 */
function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > (oldest[0] ?? 0) || (major === oldest[0] && minor >= (oldest[1] ?? 0));
}

/**
 * Nix 2.18 or newer for everything that the scripts start: the machine's own, else (as root on Debian or Ubuntu) the
 * distribution's where it is new enough, else a private copy of Debian 13's.
 * @returns {Promise<{ env: NodeJS.ProcessEnv, missing: string | null }>} what to add to the environment (PATH, and
 *   where a machine has no Nix configuration at all, one of ours); or the sentence that says what is missing
 */
export async function provideNix() {
  // Another machine runs it.
  if (process.env['NIXSTEAD_NIX']?.startsWith('ssh://')) return { env: {}, missing: null };
  const own = installedVersion();
  if (own !== null && isNewEnough(own)) return { env: configuration(null), missing: null };
  const had = own === null ? 'Nix is not installed' : `Nix ${own} is too old (${oldest.join('.')} is needed)`;
  const missing = `${had}: no fleet can be read, built or deployed from here alone. ${advice()}`;

  const copy = privateNix();
  if (copy !== null) return { env: privateEnvironment(copy), missing: null };
  if (!canInstall()) return { env: {}, missing };
  try {
    if (own === null && (await installOwn())) return { env: configuration(null), missing: null };
    say(`${had}: taking Debian 13's as a private copy (nothing of this system is changed by it)`);
    const made = await preparePrivateNix();
    say(`Nix ${made.version} is used from ${made.bin}`);
    return { env: privateEnvironment(made), missing: null };
  } catch (error) {
    return { env: {}, missing: `${missing}\n${error instanceof Error ? error.message : String(error)}` };
  }
}

/**
 * Installs the distribution's Nix where that is new enough.
 * @returns {Promise<boolean>} whether it was
 */
async function installOwn() {
  if (candidateVersion('nix-bin') === null) await updateIndex();
  const candidate = candidateVersion('nix-bin');
  if (candidate === null) return false;
  if (!isNewEnough(candidate)) {
    say(`${debianKind()}'s own Nix ${candidate} is too old`);
    return false;
  }
  // With systemd: the daemon and its build users too, as a person would install it.
  await installPackages(['nix-bin', ...(existsSync('/run/systemd/system') ? ['nix-setup-systemd'] : [])]);
  return true;
}

function installedVersion() {
  const nix = findProgram(['nix']);
  const output = nix === null ? null : outputOf([nix, '--version']);
  return /(\d+\.\d+(?:\.\d+)?)/.exec(output ?? '')?.[1] ?? null;
}

/** @param {import('./private-nix.js').PrivateNix} copy */
function privateEnvironment(copy) {
  return { PATH: [copy.bin, process.env['PATH'] ?? ''].join(delimiter), ...configuration(copy) };
}

/**
 * A Nix without any configuration cannot build as root (it looks for build users that only an installer makes), and the
 * private copy has its own /bin/sh for builds. Where a person configured Nix, that is theirs and stays untouched.
 * @param {import('./private-nix.js').PrivateNix | null} copy
 * @returns {NodeJS.ProcessEnv}
 */
function configuration(copy) {
  const home = process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config');
  const isConfigured =
    Boolean(process.env['NIX_CONF_DIR'] || process.env['NIX_CONFIG']) ||
    existsSync('/etc/nix/nix.conf') ||
    existsSync(join(home, 'nix', 'nix.conf'));
  const isRootAlone = process.getuid?.() === 0 && !hasBuildUsers();
  if (isConfigured || (copy === null && !isRootAlone)) return {};
  const folder = join(cacheFolder(), copy === null ? 'nix-configuration' : 'nix-configuration-private');
  const lines = [
    'experimental-features = nix-command flakes',
    ...(isRootAlone ? ['build-users-group ='] : []),
    ...(copy === null ? [] : [`sandbox-paths = /bin/sh=${copy.shell}`]),
  ];
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'nix.conf'), `${lines.join('\n')}\n`);
  return { NIX_CONF_DIR: folder };
}

function hasBuildUsers() {
  return existsSync('/etc/group') && /^nixbld:/m.test(readFileSync('/etc/group', 'utf8'));
}

function advice() {
  if (process.platform === 'win32') return 'On Windows, Nixstead has to run in WSL 2 (wsl --install).';
  const install =
    debianKind() === null
      ? 'https://nixos.org/download, or with your system'
      : 'apt-get install nix-bin nix-setup-systemd (Debian 13, Ubuntu 24.04 or newer; else see https://nixos.org/download)';
  return `Install it: ${install}. Or let a machine that has it do the work: npm run -s cli -- nix-host USER@HOST`;
}
