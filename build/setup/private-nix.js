// @ts-check
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.js';
import { outputOf, run } from './command.js';
import { installPackages } from './debian.js';
import { step } from './say.js';

/**
 * @typedef {object} PrivateNix
 * @property {string} bin folder with nix, nix-store and the others
 * @property {string} version
 * @property {string} shell the static shell that builds get as /bin/sh
 */

const suite = 'trixie';
/** bash-static is the /bin/sh that Debian's Nix puts into its build sandbox. */
const packages = ['nix-bin', 'bash-static', 'patchelf'];
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const folder = () => join(cacheFolder(), `nix-from-debian-${suite}`);

/**
 * The private copy, if there is one that is complete.
 * @returns {PrivateNix | null}
 */
export function privateNix() {
  const marker = join(folder(), 'version');
  if (!existsSync(marker)) return null;
  return {
    bin: join(folder(), 'bin'),
    version: readFileSync(marker, 'utf8').trim(),
    shell: join(folder(), 'root', 'usr', 'bin', 'bash-static'),
  };
}

/**
 * Makes a copy of Debian 13's Nix with all of its libraries in the cache folder: apt fetches and checks the packages in
 * folders of its own (the system's package database is not touched), dpkg-deb unpacks them, patchelf points the
 * program at its own libraries. 40 MB are fetched.
 * @returns {Promise<PrivateNix>}
 */
export async function preparePrivateNix() {
  const target = folder();
  mkdirSync(cacheFolder(), { recursive: true });
  if (!existsSync(keyring)) await installPackages(['debian-archive-keyring']);
  const work = mkdtempSync(`${target}-`);
  try {
    await step(`Fetching Nix from Debian ${suite}`, () => fetchPackages(work));
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target);
    await step('Unpacking Nix', () => unpack(join(work, 'cache', 'archives'), target));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  const version = /(\d+\.\d+(?:\.\d+)?)/.exec(outputOf([join(target, 'bin', 'nix'), '--version']) ?? '')?.[1];
  if (version === undefined) throw new Error(`The private copy of Nix in ${target} does not start.`);
  // Written last and in one go: a copy without it is not used.
  writeFileSync(join(target, 'version.new'), `${version}\n`);
  renameSync(join(target, 'version.new'), join(target, 'version'));
  const made = privateNix();
  if (made === null) throw new Error(`The private copy of Nix vanished from ${target}.`);
  return made;
}

/** @param {string} work an empty folder that becomes apt's whole world */
async function fetchPackages(work) {
  for (const name of ['state/lists/partial', 'cache/archives/partial', 'etc/parts']) {
    mkdirSync(join(work, name), { recursive: true });
  }
  writeFileSync(join(work, 'status'), '');
  writeFileSync(
    join(work, 'etc', 'sources.list'),
    `deb [signed-by=${keyring}] http://deb.debian.org/debian ${suite} main\n`,
  );
  const settings = {
    'Dir::State': join(work, 'state'),
    'Dir::State::status': join(work, 'status'),
    'Dir::Cache': join(work, 'cache'),
    'Dir::Etc::sourcelist': join(work, 'etc', 'sources.list'),
    'Dir::Etc::sourceparts': join(work, 'etc', 'parts'),
    'Dir::Etc::preferencesparts': join(work, 'etc', 'parts'),
    'APT::Install-Recommends': 'false',
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
  };
  const configuration = join(work, 'apt.conf');
  writeFileSync(
    configuration,
    Object.entries(settings)
      .map(([key, value]) => `${key} "${value}";\n`)
      .join(''),
  );
  const env = { ...process.env, APT_CONFIG: configuration };
  await run(['apt-get', 'update', '-qq'], { env });
  await run(['apt-get', 'install', '-qq', '-y', '--download-only', ...packages], { env });
}

/**
 * @param {string} archives folder with .deb files
 * @param {string} target
 */
async function unpack(archives, target) {
  const tree = join(target, 'root');
  mkdirSync(tree);
  for (const file of readdirSync(archives).filter((name) => name.endsWith('.deb'))) {
    await run(['dpkg-deb', '-x', join(archives, file), tree]);
  }
  const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const libraries = ['usr/lib', 'lib'].map((name) => join(tree, name, triplet)).join(':');
  const loaderName = process.arch === 'arm64' ? 'ld-linux-aarch64.so.1' : 'ld-linux-x86-64.so.2';
  const loader = join(tree, 'usr', 'lib', triplet, loaderName);
  const bin = join(target, 'bin');
  mkdirSync(bin);
  copyFileSync(join(tree, 'usr', 'bin', 'nix'), join(bin, 'nix'));
  // patchelf itself comes from the same tree, so it starts the same way.
  const patchelf = join(tree, 'usr', 'bin', 'patchelf');
  const how = ['--set-interpreter', loader, '--force-rpath', '--set-rpath', libraries];
  await run([loader, '--library-path', libraries, patchelf, ...how, join(bin, 'nix')]);
  // nix is one program that looks at the name it is called by.
  const names = readdirSync(join(tree, 'usr', 'bin')).filter((name) => name.startsWith('nix-'));
  for (const name of names) symlinkSync('nix', join(bin, name));
}
