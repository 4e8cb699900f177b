import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ProblemError } from '../errors.ts';
import { nixHostOf } from '../nix-host/address.ts';
import { RemoteShell } from '../nix-host/remote-shell.ts';

/** One that nobody has opened for so long is taken away. */
const keptMs = 30 * 24 * 3_600_000;

export interface BringRequest {
  /** Where nix has it; the name says what is in it. */
  readonly storePath: string;
  /** The value of `$NIXSTEAD_NIX`. */
  readonly nixHost: string;
  /** Our own ssh_config. */
  readonly sshConfig: string;
  /** The folder for all that was brought. */
  readonly into: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Brings a tree that nix has fetched on another machine to this computer, once, where it is read. It appears whole or not
 * at all.
 * @returns the folder here
 * @throws ProblemError `fleet-remote-not-brought`; the signal's reason
 */
export async function bringFlake({ storePath, into, signal, ...from }: BringRequest): Promise<string> {
  const folder = join(into, basename(storePath));
  mkdirSync(into, { recursive: true, mode: 0o700 });
  if (!existsSync(folder)) {
    tidy(into);
    const shell = new RemoteShell(nixHostOf(from.nixHost), from.sshConfig);
    const fresh = mkdtempSync(join(into, '.fresh-'));
    try {
      await unpack(shell, storePath, fresh, signal);
      renameSync(fresh, folder);
    } catch (error) {
      rmSync(fresh, { recursive: true, force: true });
      signal?.throwIfAborted();
      // Two who open it at once both bring it.
      if (!existsSync(folder)) throw notBrought(storePath, shell.place, error);
    }
  }
  const now = new Date();
  utimesSync(folder, now, now);
  return folder;
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

/** Its own times come with it; the time at which its name or times were set last does not. */
function tidy(into: string): void {
  for (const name of readdirSync(into)) {
    const path = join(into, name);
    // Another program may have given it its name meanwhile.
    const facts = statSync(path, { throwIfNoEntry: false });
    if (facts !== undefined && Date.now() - facts.ctimeMs > keptMs) rmSync(path, { recursive: true, force: true });
  }
}

function notBrought(storePath: string, place: string, cause: unknown): ProblemError {
  return new ProblemError(
    {
      code: 'fleet-remote-not-brought',
      title: `What nix fetched on ${place} cannot be brought to this computer`,
      evidence: `${storePath}: ${cause instanceof Error ? cause.message : String(cause)}`,
      advice: ['Open it again.', `${place} needs tar, and this computer room for the files.`],
      canRetry: true,
    },
    { cause },
  );
}
