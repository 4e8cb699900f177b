import type { Host } from '../../contract/host.ts';

/**
 * The host whose declaration a new one is best made like: without a problem, declared as most are, with the same tags and
 * system where there is one.
 */
export function bestModel(
  hosts: readonly Host[],
  { tags, system }: { readonly tags: readonly string[]; readonly system: string | null },
): Host | null {
  const shape = (host: Host): string => [...host.sources].sort().join();
  const counts = Map.groupBy(hosts, shape);
  const score = (host: Host): number =>
    (host.problem === null ? 1000 : 0) +
    (counts.get(shape(host))?.length ?? 0) / hosts.length +
    host.tags.filter((tag) => tags.includes(tag)).length * 2 +
    (system !== null && host.system === system ? 10 : 0);
  return hosts.toSorted((a, b) => score(b) - score(a))[0] ?? null;
}

/**
 * True for a host of which nothing says where it answers (its address is its name) and what its tags are: one like it has
 * no place for them.
 */
export function isPlainHost({ name, sources, target }: Host): boolean {
  return sources.every((kind) => kind === 'nixosConfigurations') && (target === null || target.host === name);
}
