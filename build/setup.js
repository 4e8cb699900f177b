// @ts-check
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compiledFolder } from './setup/cache-folder.js';
import { canInstall, debianKind, installPackages as installDebianPackages } from './setup/debian.js';
import { provideNix } from './setup/nix.js';
import {
  allowTerminalHelper,
  buildTerminalModule,
  hasTerminalModule,
  installPackages,
  staleReason,
} from './setup/node-modules.js';
import { missingPrograms } from './setup/programs.js';
import { findRuntime, runtimeAdvice } from './setup/runtime.js';
import { say } from './setup/say.js';

/** The project's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * @typedef {object} Ready
 * @property {string} node the Node 24 to start Nixstead's scripts with
 * @property {NodeJS.ProcessEnv} env the environment for them: Node 24 and Nix first on PATH, and where Node keeps compiled code
 * @property {string[]} missing one sentence for each thing that is not there and what that costs
 */

/**
 * Makes a fresh clone ready: packages from npm, the compiled terminal module, Node 24, Nix and the programs of the
 * machine. Says what it does; where all is there it is silent and takes a fraction of a second. With NIXSTEAD_NO_INSTALL
 * in the environment it changes nothing and only says what it would.
 * @param {readonly import('./setup/programs.js').Need[]} needs what the command that follows is going to do
 * @returns {Promise<Ready>}
 * @throws {Error} where going on makes no sense: npm failed, or no Node 24 runs here
 */
export async function setUp(needs) {
  const wanted = new Set(needs);
  if (!hasTerminalModule(root) && process.platform === 'linux') wanted.add('compile');
  const missing = await providePrograms(wanted);

  const stale = staleReason(root);
  if (stale !== null && process.env['NIXSTEAD_NO_INSTALL'])
    say(`npm ci is needed (${stale}); NIXSTEAD_NO_INSTALL is set`);
  else if (stale !== null) await installPackages(root, stale);
  if (!hasTerminalModule(root)) {
    await buildTerminalModule(root).catch((/** @type {Error} */ error) =>
      missing.push(`node-pty is not compiled: jobs cannot run.\n${error.message}`),
    );
  }
  allowTerminalHelper(root);
  const node = findRuntime(root);
  if (node === null) throw new Error(runtimeAdvice);

  const nix = wanted.has('start') ? await provideNix() : { env: {}, missing: null };
  if (nix.missing !== null) missing.push(nix.missing);
  for (const sentence of missing) say(`MISSING  ${sentence}`);

  /** @type {NodeJS.ProcessEnv} */
  const env = { NODE_COMPILE_CACHE: compiledFolder(), ...process.env, ...nix.env };
  env['PATH'] = [dirname(node), env['PATH'] ?? '', '/usr/sbin', '/sbin'].join(delimiter);
  return { node, env, missing };
}

/**
 * Installs the programs that are missing, where it may; else says what they are.
 * @param {ReadonlySet<import('./setup/programs.js').Need>} needs
 * @returns {Promise<string[]>} what stays missing
 */
async function providePrograms(needs) {
  const kind = debianKind();
  const packageOf = (/** @type {import('./setup/programs.js').Program} */ program) =>
    kind === null ? null : kind === 'ubuntu' && program.ubuntu !== undefined ? program.ubuntu : program.debian;
  /** @param {import('./setup/programs.js').Program[]} found */
  const packagesOf = (found) => [...new Set(found.map(packageOf))].filter((name) => name !== null);

  let missing = missingPrograms(needs);
  const packages = packagesOf(missing);
  if (packages.length > 0 && canInstall()) {
    say(`missing on this machine: ${missing.map((program) => program.names[0]).join(', ')}`);
    await installDebianPackages(packages).catch((/** @type {Error} */ error) => say(error.message));
    missing = missingPrograms(needs);
  }
  const left = packagesOf(missing);
  if (left.length > 0) say(`to install what is missing: sudo apt-get install ${left.join(' ')}`);
  return missing.map((program) => {
    const how = packageOf(program) === null && program.elsewhere ? ` (${program.elsewhere})` : '';
    return `${program.names[0]}: ${program.without}${how}`;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  setUp(['start', 'compile', 'lab', 'test']).then(
    ({ node, missing }) => say(`ready: ${node}${missing.length > 0 ? `; ${missing.length} things are missing` : ''}`),
    (/** @type {Error} */ error) => {
      say(error.message);
      process.exitCode = 1;
    },
  );
}
