import { z } from 'zod';
import type { CaptureLimits } from './capture.ts';
import { askNix } from './json-answer.ts';
import type { NixCommand, NixListeners } from './run.ts';

const reference = z.looseObject({ type: z.string() });

/**
 * The answer of `nix flake metadata --json`, as 2.18 to 2.34 give it: newer ones add `fingerprint`, a flake without git
 * lacks `revision`, a dirty one has `dirtyRevision` instead.
 */
export const flakeMetadata = z.object({
  description: z.string().nullish(),
  /** Seconds since the epoch. */
  lastModified: z.number().optional(),
  /** nix's copy in the store. */
  path: z.string(),
  originalUrl: z.string(),
  url: z.string(),
  revision: z.string().optional(),
  dirtyRevision: z.string().optional(),
  fingerprint: z.string().optional(),
  /** What `url` says, in parts. */
  locked: z.looseObject({ dir: z.string().optional(), narHash: z.string().optional() }).optional(),
  locks: z.object({
    version: z.number(),
    root: z.string(),
    nodes: z.record(
      z.string(),
      z.object({
        /** A name of a node, or (`follows`) the way to one from the root. */
        inputs: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
        locked: reference.optional(),
        original: reference.optional(),
      }),
    ),
  }),
});
export type FlakeMetadata = z.infer<typeof flakeMetadata>;

export interface MetadataOptions extends CaptureLimits, Pick<NixCommand, 'env'>, Pick<NixListeners, 'onLog'> {
  /** Looks where the flake comes from, even where nix has asked there a short while ago. */
  readonly isFresh?: boolean;
}

/**
 * What nix knows about a flake: its inputs as locked, its revision, and where its copy is. Writes no lock file.
 * @throws ProblemError
 */
export function readFlakeMetadata(
  ref: string,
  { isFresh = false, ...options }: MetadataOptions = {},
): Promise<FlakeMetadata> {
  const refresh = isFresh ? ['--refresh'] : [];
  const args = ['flake', 'metadata', '--json', '--no-write-lock-file', ...refresh, ref] as const;
  return askNix({ ...options, args }, `the flake ${ref}`, flakeMetadata);
}
