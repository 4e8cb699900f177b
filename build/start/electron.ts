import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { electronBinary, electronInstallScript } from '../electron-binary.ts';
import { root } from '../places.ts';
import { buildProcesses } from '../processes.ts';

const timeLimitMs = 60_000;
const retryAfterMs = 24 * 60 * 60 * 1000;
/** When the last attempt to fetch Electron failed, in ms since the epoch. */
const failureFile = join(root, 'node_modules', '.cache', 'nixstead', 'electron-failed-at');

export type ElectronOffer = { isThere: true; binary: string } | { isThere: false; reason: string };

/**
 * Electron's binary, fetched on first use: npm packages of Electron come without it. An attempt takes 60 s at most, and
 * after one that failed a day passes before the next, so that a machine without that network is not held up again.
 */
export async function provideElectron(say: (line: string) => void): Promise<ElectronOffer> {
  const binary = electronBinary();
  if (existsSync(binary)) return { isThere: true, binary };
  if (hasFailedLately()) {
    return {
      isThere: false,
      reason: 'fetching Electron failed less than a day ago (npx install-electron tries again)',
    };
  }
  say('fetching Electron (about 120 MB, for at most 60 s) ...');
  const reason = await fetchElectron();
  if (reason === null && existsSync(electronBinary())) return { isThere: true, binary: electronBinary() };
  mkdirSync(dirname(failureFile), { recursive: true });
  writeFileSync(failureFile, String(Date.now()));
  return {
    isThere: false,
    reason: `Electron could not be fetched: ${reason ?? 'its binary is not where it should be'}`,
  };
}

function hasFailedLately(): boolean {
  if (!existsSync(failureFile)) return false;
  return Date.now() - Number(readFileSync(failureFile, 'utf8')) < retryAfterMs;
}

/** Runs the package's own script; null when it went well, else the last thing that it said. */
function fetchElectron(): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [electronInstallScript], { stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (complaint += chunk));
    const timer = setTimeout(() => {
      complaint = `not done after ${timeLimitMs / 1000} s`;
      child.kill('SIGKILL');
    }, timeLimitMs);
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code) => {
      clearTimeout(timer);
      const firstLine = complaint.split('\n').find((line) => line.trim() !== '');
      resolve(code === 0 ? null : (firstLine?.trim() ?? `exit status ${code}`));
    });
  });
}

/**
 * Opens the app's window and waits for its end.
 * @param fleet absolute path of a fleet to open at once
 * @returns the exit status
 */
export async function runInElectron(
  binary: string,
  fleet: string | null,
  say: (line: string) => void,
): Promise<number> {
  if (await buildProcesses(() => say("building the app's programs ..."))) say("the app's programs are built");
  // Jobs run on a plain Node; Electron's own is locked against that.
  const env = { ...process.env, NIXSTEAD_NODE: process.execPath };
  const child = spawn(binary, [root, ...(fleet === null ? [] : [fleet])], { stdio: 'inherit', env });
  process.on('SIGINT', () => {});
  process.once('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
