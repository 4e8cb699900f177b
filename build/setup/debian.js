// @ts-check
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { outputOf, run } from './command.js';
import { findProgram } from './programs.js';
import { say, step } from './say.js';

/**
 * The kind of system where packages can be named (and installed, as root).
 * @returns {'debian' | 'ubuntu' | null}
 */
export function debianKind() {
  if (findProgram(['apt-get']) === null || !existsSync('/etc/os-release')) return null;
  const release = readFileSync('/etc/os-release', 'utf8');
  if (/^ID=ubuntu$/m.test(release)) return 'ubuntu';
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release) ? 'debian' : null;
}

/** True where set-up may install packages: Debian or Ubuntu, as root, and not told to keep its hands off. */
export function canInstall() {
  return debianKind() !== null && process.getuid?.() === 0 && !process.env['NIXSTEAD_NO_INSTALL'];
}

const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
let isIndexFresh = false;

/** Reads the package index anew, once per run. */
export async function updateIndex() {
  if (isIndexFresh) return;
  await step('apt-get update', () => run(['apt-get', 'update', '-q'], { env: environment }));
  isIndexFresh = true;
}

/**
 * Installs packages with apt-get, without recommended ones and without starting any service.
 * @param {readonly string[]} packages
 */
export async function installPackages(packages) {
  await updateIndex();
  await step(`apt-get install ${packages.join(' ')}`, () =>
    withoutStartingServices(() =>
      run(
        [
          'apt-get',
          'install',
          '-qq',
          '-y',
          '--no-install-recommends',
          '-o',
          'DPkg::Lock::Timeout=300',
          '-o',
          'Dpkg::Use-Pty=0',
          ...packages,
        ],
        { env: environment },
      ),
    ),
  );
  // An SSH server for tests must not become one for the network at the next boot.
  if (packages.includes('openssh-server') && existsSync('/run/systemd/system')) {
    await run(['systemctl', 'disable', '--quiet', 'ssh.service', 'ssh.socket']).catch(() => {});
    say('the SSH server was installed for tests only and is switched off (systemctl enable --now ssh turns it on)');
  }
}

/**
 * Debian's own way to say "install, but start nothing" is a policy file that answers 101.
 * @param {() => Promise<void>} work
 */
async function withoutStartingServices(work) {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return work();
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await work();
  } finally {
    rmSync(policy, { force: true });
  }
}

/**
 * The version that apt would install; null where it has none.
 * @param {string} name of a package
 */
export function candidateVersion(name) {
  const policy = outputOf(['apt-cache', 'policy', name], { ...process.env, LC_ALL: 'C' });
  return /Candidate: (?:\d+:)?(\d[^\s-+~]*)/.exec(policy ?? '')?.[1] ?? null;
}
