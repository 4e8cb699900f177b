// @ts-check
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** @typedef {'start' | 'compile' | 'lab' | 'test'} Need */

/**
 * A program of the machine that something here calls.
 * @typedef {object} Program
 * @property {readonly string[]} names any of these will do; an absolute path is looked at as it is
 * @property {readonly Need[]} neededFor
 * @property {string} without what is unusable or untested where it is missing
 * @property {string | null} debian the package on Debian
 * @property {string | null} [ubuntu] the package on Ubuntu where it differs; null: not as a plain package
 * @property {string} [elsewhere] how else to get it
 */

const onMac = (/** @type {string} */ app) => `/Applications/${app}.app/Contents/MacOS/${app}`;

/** The headless shell is Chromium without what draws windows: the same pages in much less of the processor's time. */
const browsers = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  onMac('Google Chrome'),
];

/** Everything but Nix, which `nix.js` looks after because its version matters. @type {readonly Program[]} */
export const programs = [
  {
    names: ['git'],
    neededFor: ['start'],
    without: 'fleets that are Git repositories cannot be read',
    debian: 'git',
  },
  {
    names: ['ssh'],
    neededFor: ['start'],
    without: 'no host can be reached',
    debian: 'openssh-client',
  },
  ...['python3', 'make', 'g++'].map((name) => ({
    names: [name],
    neededFor: /** @type {const} */ (['compile']),
    without: 'the terminal module (node-pty) cannot be compiled, so jobs cannot run',
    debian: name,
  })),
  {
    names: ['debootstrap'],
    neededFor: ['lab'],
    without: 'practice hosts and lab tests have no Debian to run',
    debian: 'debootstrap',
  },
  ...['ip', 'tc'].map((name) => ({
    names: [name],
    neededFor: /** @type {const} */ (['lab']),
    without: 'practice hosts and lab tests have no network',
    debian: 'iproute2',
  })),
  ...['unshare', 'nsenter', 'flock', 'losetup', 'setpriv'].map((name) => ({
    names: [name],
    neededFor: /** @type {const} */ (['lab']),
    without: 'practice hosts and lab tests cannot start',
    debian: 'util-linux',
  })),
  {
    names: ['mount'],
    neededFor: ['lab'],
    without: 'practice hosts and lab tests cannot start',
    debian: 'mount',
  },
  {
    names: ['mkfs.ext4'],
    neededFor: ['lab'],
    without: 'tests with disks of the lab are skipped',
    debian: 'e2fsprogs',
  },
  {
    names: ['sgdisk'],
    neededFor: ['lab'],
    without: 'tests with disks of the lab are skipped',
    debian: 'gdisk',
  },
  {
    names: ['sshd'],
    neededFor: ['test'],
    without: 'tests against a real SSH server on this machine are skipped',
    debian: 'openssh-server',
  },
  {
    names: ['busybox'],
    neededFor: ['test'],
    without: 'the probe is not tried with the shell of small systems',
    debian: 'busybox',
  },
  {
    names: ['bsdtar'],
    neededFor: ['test'],
    without: 'what is packed for another machine is not tried with the tar of macOS',
    debian: 'libarchive-tools',
  },
  {
    names: browsers,
    neededFor: ['test'],
    without: 'tests in a browser are skipped',
    debian: 'chromium-headless-shell',
    // Ubuntu has Chromium as a snap only, and a snap cannot be driven by Playwright.
    ubuntu: null,
    elsewhere: 'npx playwright install --with-deps chromium',
  },
];

/**
 * @param {readonly string[]} names
 * @returns {string | null} the first of them that this machine has
 */
export function findProgram(names) {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  for (const name of names) {
    const candidates = name.startsWith('/') ? [name] : folders.map((folder) => join(folder, name));
    const found = candidates.find(isExecutable);
    if (found !== undefined) return found;
  }
  return null;
}

/** The browser that tests and benches drive; null where there is none. */
export function findBrowser() {
  return findProgram(browsers);
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * @param {ReadonlySet<Need>} needs
 * @returns {Program[]} what is missing of that which these needs call for
 */
export function missingPrograms(needs) {
  return programs.filter(
    (program) => program.neededFor.some((need) => needs.has(need)) && findProgram(program.names) === null,
  );
}
