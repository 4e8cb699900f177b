import { nixError } from './errors.ts';
import { captureNix } from './run.ts';

/** Reaching GitHub for a few inputs takes seconds; without a network nix retries for minutes. */
const TIME_LIMIT_MS = 120_000;

/**
 * Writes or completes flake.lock of a folder (`nix flake lock`).
 * @throws ProblemError with nix's reason, for example an input that cannot be fetched
 */
export async function lockFlake(folder: string, signal: AbortSignal): Promise<void> {
  const result = await captureNix({ args: ['flake', 'lock'], cwd: folder, signal, timeLimitMs: TIME_LIMIT_MS });
  if (result.exit.code === 0 && result.endedBy === undefined) return;
  throw nixError({ ...result, verb: 'evaluate', flakeFolder: folder });
}
