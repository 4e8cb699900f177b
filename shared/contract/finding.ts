import { z } from 'zod';
import { hostName } from './ids.ts';

/** Of a text file's bytes: SHA-256 in hexadecimal. An edit names the text that it was made for. */
export const fileHash = z.string().regex(/^[0-9a-f]{64}$/);

/** What stands from `start` to `end` (UTF-16 offsets, end exclusive) becomes `text`; splices do not overlap. */
export const textSplice = z.object({ start: z.int().nonnegative(), end: z.int().nonnegative(), text: z.string() });

/** Paths are relative to the fleet's folder, with `/`. */
export const relativePath = z.string().min(1).max(4096);

/**
 * What mends a finding. Applying it is one of two acts: splices in one file, which a person has seen as a diff, or
 * telling git of files (`git add --intent-to-add`), so that the flake sees them.
 */
export const fix = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('edit'),
    title: z.string(),
    file: relativePath,
    hash: fileHash,
    splices: z.array(textSplice).min(1),
  }),
  z.object({ kind: z.literal('add-to-git'), title: z.string(), files: z.array(relativePath).min(1) }),
]);
export type Fix = z.infer<typeof fix>;

/**
 * Something that is wrong with a fleet; `code` is stable and described in docs/fleet-findings.md. `error`: a machine is
 * lost, cannot be deployed or gives a secret away. `warning`: it is likely not what was meant. `hint`: worth a thought.
 */
export const finding = z.object({
  code: z.string(),
  severity: z.enum(['error', 'warning', 'hint']),
  host: hostName.optional(),
  /** Relative to the fleet's folder where it lies in it, else absolute. */
  file: z.string().optional(),
  line: z.int().positive().optional(),
  message: z.string(),
  fix: fix.optional(),
});
export type Finding = z.infer<typeof finding>;
