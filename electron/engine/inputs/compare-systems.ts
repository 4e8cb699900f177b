import type { PackageChange } from '../../../shared/contract/inputs.ts';
import { derivationName, packageName } from '../nix/derivation-name.ts';
import { nixError } from '../nix/errors.ts';
import { captureNix } from '../nix/run.ts';

/** Sources and patches change with their package and would only say the same twice. */
const source = /\.(?:tar(?:\.\w+)?|tgz|tbz2?|txz|zip|patch|diff|gem|crate|whl|bz2|gz|xz|zst)$/;

/** Every derivation that a system's derivation needs. */
async function derivationsOf(drvPath: string, signal?: AbortSignal): Promise<string[]> {
  const result = await captureNix({ args: ['path-info', '--recursive', drvPath], signal, timeLimitMs: 120_000 });
  if (result.exit.code !== 0 || result.endedBy !== undefined) throw nixError({ ...result, verb: 'query' });
  return result.stdout.split('\n').filter((path) => path.endsWith('.drv'));
}

/**
 * By how much two systems differ, told from their derivations, so that neither needs to be built.
 * @returns the packages whose versions differ (build tools among them), by name, and how many derivations are new
 * @throws ProblemError where the derivations are no longer in the store
 */
export async function compareSystems(
  before: string,
  after: string,
  signal?: AbortSignal,
): Promise<{ packages: PackageChange[]; derivations: number }> {
  const [old, now] = await Promise.all([derivationsOf(before, signal), derivationsOf(after, signal)]);
  const known = new Set(old);
  return { packages: packageChanges(old, now), derivations: now.filter((path) => !known.has(path)).length };
}

/** The packages whose versions differ between two sets of derivations. */
export function packageChanges(before: readonly string[], after: readonly string[]): PackageChange[] {
  const [old, now] = [versionsOf(before), versionsOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((name): PackageChange[] => {
    const [was, is] = [old.get(name) ?? [], now.get(name) ?? []];
    return was.join('\0') === is.join('\0') ? [] : [{ name, before: was, after: is }];
  });
}

function versionsOf(paths: readonly string[]): Map<string, string[]> {
  const versions = new Map<string, Set<string>>();
  for (const path of paths) {
    const whole = derivationName(path);
    const name = packageName(whole);
    if (name === whole || source.test(whole)) continue;
    const known = versions.get(name) ?? new Set();
    versions.set(name, known.add(whole.slice(name.length + 1)));
  }
  return new Map([...versions].map(([name, set]) => [name, [...set].sort()]));
}
