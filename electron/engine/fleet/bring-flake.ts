import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ProblemError } from '../errors.ts';
import { bringStorePath, type NixHostWay } from '../nix-host/bring-store-path.ts';

/** One that nobody has opened for so long is taken away. */
const keptMs = 30 * 24 * 3_600_000;

export interface BringRequest extends NixHostWay {
  /** Where nix has it; the name says what is in it. */
  readonly storePath: string;
  /** The folder for all that was brought. */
  readonly into: string;
}

/**
 * Brings a tree that nix has fetched on another machine to this computer, once, where it is read. It appears whole or not
 * at all.
 * @returns the folder here
 * @throws ProblemError `fleet-remote-not-brought`; the signal's reason
 */
export async function bringFlake({ storePath, into, ...way }: BringRequest): Promise<string> {
  const folder = join(into, basename(storePath));
  mkdirSync(into, { recursive: true, mode: 0o700 });
  if (!existsSync(folder)) tidy(into);
  try {
    await bringStorePath({ ...way, storePath, folder });
  } catch (error) {
    way.signal?.throwIfAborted();
    throw notBrought(storePath, way.nixHost, error);
  }
  const now = new Date();
  utimesSync(folder, now, now);
  return folder;
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
