import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { nixHostOf } from './address.ts';
import { RemoteShell } from './remote-shell.ts';

/** The machine that runs nix for this computer, and how it is reached. */
export interface NixHostWay {
  /** The value of `$NIXSTEAD_NIX`. */
  readonly nixHost: string;
  /** Our own ssh_config. */
  readonly sshConfig: string;
  readonly signal?: AbortSignal | undefined;
}

interface BringRequest extends NixHostWay {
  readonly storePath: string;
  /** Where it is to be on this computer. */
  readonly folder: string;
  /** Looks at what was brought before it is there. @throws where it must not be */
  readonly judge?: (folder: string) => void;
}

const storePathShape = /^\/nix\/store\/[0-9a-z]{32}-[\w.+?=-]+$/;

/**
 * Brings a tree from the store of the machine that runs nix to this computer, unless it is there. It appears whole or not
 * at all.
 * @throws Error with the reason; what `judge` throws; the signal's reason
 */
export async function bringStorePath({ storePath, folder, judge, signal, ...way }: BringRequest): Promise<void> {
  if (existsSync(folder)) return;
  if (!storePathShape.test(storePath)) throw new Error(`${JSON.stringify(storePath)} is no path of the store`);
  mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
  const fresh = mkdtempSync(join(dirname(folder), '.fresh-'));
  try {
    await unpack(new RemoteShell(nixHostOf(way.nixHost), way.sshConfig), storePath, fresh, signal);
    judge?.(fresh);
    renameSync(fresh, folder);
  } catch (error) {
    removeAll(fresh);
    signal?.throwIfAborted();
    // Two who want it at once both bring it.
    if (!existsSync(folder)) throw error;
  }
}

/** What the store has is not to be written, which would keep it from being taken away. */
const unpackScript = 'tar -xf - --no-same-owner -C "$1" && chmod -R u+w "$1"';

async function unpack(
  shell: RemoteShell,
  storePath: string,
  into: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const there = shell.spawn('tar -cf - -C "$1" .', [storePath], ['ignore', 'pipe', 'pipe'], ['-C']);
  const here = spawn('sh', ['-c', unpackScript, 'sh', into], { stdio: ['pipe', 'ignore', 'pipe'] });
  if (there.stdout === null) throw new TypeError('The pipe of ssh is missing');
  const stop = (): void => [there, here].forEach((child) => child.kill());
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const ends = [ended(there), ended(here)];
    // What failed is told by how they end.
    await Promise.allSettled([pipeline(there.stdout, here.stdin), ...ends]);
    await Promise.all(ends);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
  signal?.throwIfAborted();
}

function ended(child: ChildProcess): Promise<void> {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(said.trim() || `it ended with ${code}`))));
  });
}

/** What was half unpacked may not be writable; it is in the way of nothing, and the reason matters more. */
function removeAll(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // A later tidying takes it.
  }
}
