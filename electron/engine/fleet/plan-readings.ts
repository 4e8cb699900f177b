import type { FoundKind } from './detect.ts';
import type { Reading } from './read-hosts.ts';

/** Longer names cannot be deployed in any case; they are shown without being evaluated. */
export const maxEvaluatedName = 253;

/**
 * Decides what is read of each host. Its modules are evaluated in one kind only, the most telling; where another kind
 * declares the host too, that is noted without the cost of a second evaluation.
 */
export function planReadings(found: readonly FoundKind[]): { evaluated: Reading[]; noted: Reading[] } {
  const evaluated: Reading[] = [];
  const noted: Reading[] = [];
  const withModules = new Set<string>();
  for (const { kind, names } of found) {
    for (const name of names) {
      const isRepeated = kind.evaluatesModules && withModules.has(name);
      if (isRepeated || Buffer.byteLength(name) > maxEvaluatedName) noted.push({ kind, name });
      else evaluated.push({ kind, name });
    }
    if (kind.evaluatesModules) for (const name of names) withModules.add(name);
  }
  return { evaluated, noted };
}
