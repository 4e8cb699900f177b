// @ts-check
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import { outputOf } from './command.js';

/** The Node that Nixstead's own code runs on: it strips types by itself, and the native modules need its Node-API. */
const wantedMajor = 24;

/**
 * The Node to go on with: this process's own where it is new enough, else the one that npm installed (Linux). That one
 * does not start everywhere (NixOS, musl), so it is asked.
 * @param {string} root the project's folder
 * @returns {string | null} path of the executable; null where the machine needs a newer Node of its own
 */
export function findRuntime(root) {
  if (majorOf(process.version) >= wantedMajor) return process.execPath;
  const fromNpm = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  const version = existsSync(fromNpm) ? outputOf([fromNpm, '--version']) : null;
  return version !== null && majorOf(version) >= wantedMajor ? fromNpm : null;
}

/** @param {string} version such as v24.21.0 */
function majorOf(version) {
  return Number(/^v(\d+)/.exec(version)?.[1] ?? 0);
}

/** What to do where {@link findRuntime} finds none. */
export const runtimeAdvice =
  `Nixstead runs on Node ${wantedMajor}; this is ${process.version} on ${process.platform}-${process.arch}, and the ` +
  `one from npm does not run here. Please install Node ${wantedMajor} or newer (https://nodejs.org/en/download; ` +
  `on NixOS: nix shell nixpkgs#nodejs_${wantedMajor}).`;

/**
 * A Node outside of node_modules for running npm itself, because `npm ci` deletes the one inside (which `npm start`
 * finds first on PATH once it is there).
 * @param {string} root
 * @returns {string}
 */
export function nodeForNpm(root) {
  const inside = join(realpathSync(root), 'node_modules') + sep;
  const isOutside = (/** @type {string} */ path) => existsSync(path) && !realpathSync(path).startsWith(inside);
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name));
  const candidates = [process.execPath, process.env['npm_node_execpath'] ?? '', ...onPath];
  return candidates.find((path) => path !== '' && isOutside(path)) ?? process.execPath;
}
