// @ts-check
import { chmodSync, existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { run } from './command.js';
import { nodeForNpm } from './runtime.js';
import { step } from './say.js';

/**
 * Why the installed packages are not those of package-lock.json; null when they are. npm leaves a lock of what it
 * really installed in node_modules, and both are compared by content: times say nothing after `git clone` or a copy.
 * @param {string} root
 * @returns {string | null}
 */
export function staleReason(root) {
  const installedLock = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedLock)) return 'the packages are not installed yet';
  const wanted = readPackages(join(root, 'package-lock.json'));
  const installed = readPackages(installedLock);
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '') continue;
    const found = installed[path];
    // Optional packages are those of other platforms.
    if (found === undefined && (entry.optional || entry.devOptional)) continue;
    if (found?.version !== entry.version) return `${path.slice('node_modules/'.length)} is not ${entry.version}`;
  }
  return null;
}

/**
 * @param {string} file a package-lock.json
 * @returns {Record<string, { version?: string, optional?: boolean, devOptional?: boolean }>}
 */
function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

/**
 * Installs exactly what package-lock.json names. Install scripts of packages do not run.
 * @param {string} root
 * @param {string} reason from {@link staleReason}
 */
export async function installPackages(root, reason) {
  await step(`npm ci (${reason})`, () => npm(root, ['ci', '--ignore-scripts', '--no-audit', '--no-fund']));
}

/**
 * Lets node-pty's helper be executed, a program of its own on macOS without which no terminal opens there: in the package of
 * 1.1.0 it may not be.
 * @param {string} root
 */
export function allowTerminalHelper(root) {
  const folder = join(root, 'node_modules', 'node-pty', 'prebuilds', `${process.platform}-${process.arch}`);
  const helper = join(folder, 'spawn-helper');
  if (existsSync(helper) && (statSync(helper).mode & 0o100) === 0) chmodSync(helper, 0o755);
}

/**
 * True where node-pty has its native part: compiled here, or brought along (macOS, Windows).
 * @param {string} root
 */
export function hasTerminalModule(root) {
  const folder = join(root, 'node_modules', 'node-pty');
  return (
    existsSync(join(folder, 'build', 'Release', 'pty.node')) ||
    existsSync(join(folder, 'prebuilds', `${process.platform}-${process.arch}`))
  );
}

/**
 * Compiles node-pty, the only package that needs it (on Linux). Its headers come out of the Node package, so that
 * nothing is fetched.
 * @param {string} root
 */
export async function buildTerminalModule(root) {
  const headers = join(root, 'node_modules', `node-${process.platform}-${process.arch}`);
  /** @type {Record<string, string>} */
  const env = existsSync(join(headers, 'include', 'node')) ? { npm_config_nodedir: headers } : {};
  await step('Compiling the terminal module (node-pty)', () =>
    npm(root, ['rebuild', 'node-pty', '--foreground-scripts=false'], env),
  );
}

/**
 * @param {string} root
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 */
async function npm(root, args, env = {}) {
  const node = nodeForNpm(root);
  // `npm start` says which npm called; called by hand, npm stands beside node.
  const cli = process.env['npm_execpath'];
  const isCli = cli !== undefined && existsSync(cli) && realpathSync(cli).endsWith('npm-cli.js');
  /** @type {[string, ...string[]]} */
  const start = isCli ? [node, cli] : [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
  await run([...start, ...args, '--loglevel=error'], {
    cwd: root,
    env: { ...process.env, PATH: [dirname(node), process.env['PATH'] ?? ''].join(delimiter), ...env },
  });
}
