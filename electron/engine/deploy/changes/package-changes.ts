import type { PackageChange } from '../../../../shared/contract/changes.ts';

/** A store path with its size, unpacked. */
export interface SizedPath {
  readonly path: string;
  readonly bytes: number;
}

/** `/nix/store/<hash>-openssl-3.0.14-bin`: the version begins at the first dash before a digit (Nix's parseDrvName). */
const outputs = /-(?:bin|dev|lib|out|man|doc|info|devdoc|debug|static|data|terminfo|getent|dist|py|tools|modules)$/;

/** Name and version of what a store path holds; outputs of one package are one. */
export function packageOf(path: string): { name: string; version: string } {
  const whole = path.replace(/^\/nix\/store\/[0-9a-z]{32}-/, '').replace(outputs, '');
  const found = /^(.+?)-(\d.*)$/.exec(whole);
  return { name: found?.[1] ?? whole, version: found?.[2] ?? '' };
}

/**
 * What became of the packages of a closure. Paths that both have are no change; of a package with the same versions
 * only the making changed (`rebuilt`). Security matters first: what machines are reached and booted with.
 */
export function packageChanges(before: readonly SizedPath[], after: readonly SizedPath[]): PackageChange[] {
  const [olds, news] = [new Set(before.map(({ path }) => path)), new Set(after.map(({ path }) => path))];
  const gone = groups(before.filter(({ path }) => !news.has(path)));
  const come = groups(after.filter(({ path }) => !olds.has(path)));
  const [allBefore, allAfter] = [groups(before), groups(after)];
  const names = [...new Set([...gone.keys(), ...come.keys()])];
  return names
    .map((name): PackageChange => {
      const [old, now] = [versions(allBefore.get(name)), versions(allAfter.get(name))];
      const bytes = total(come.get(name) ?? []) - total(gone.get(name) ?? []);
      return { name, kind: kindOf(allBefore.has(name), allAfter.has(name), old, now), before: old, after: now, bytes };
    })
    .toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

/** The bytes of the paths that only one side has. */
export function bytesOnlyIn(these: readonly SizedPath[], others: readonly SizedPath[]): number {
  const known = new Set(others.map(({ path }) => path));
  return total(these.filter(({ path }) => !known.has(path)));
}

type Group = readonly (SizedPath & { version: string })[];

function groups(paths: readonly SizedPath[]): Map<string, Group> {
  const packages = paths.map((one) => ({ ...one, ...packageOf(one.path) }));
  return Map.groupBy(packages, ({ name }) => name);
}

function versions(group: Group = []): string[] {
  return [...new Set(group.map(({ version }) => version))].toSorted(compareVersions);
}

function total(paths: readonly SizedPath[]): number {
  return paths.reduce((sum, { bytes }) => sum + bytes, 0);
}

function kindOf(
  isBefore: boolean,
  isAfter: boolean,
  old: readonly string[],
  now: readonly string[],
): PackageChange['kind'] {
  if (!isBefore) return 'added';
  if (!isAfter) return 'removed';
  const order = compareVersions(old.at(-1) ?? '', now.at(-1) ?? '');
  if (order !== 0) return order < 0 ? 'upgraded' : 'downgraded';
  return old.length === now.length && old.every((version, index) => version === now[index]) ? 'rebuilt' : 'upgraded';
}

/** Numbers as numbers, words as words; `pre` comes before nothing (Nix's compareVersions). */
export function compareVersions(a: string, b: string): number {
  const parts = (text: string): string[] => text.match(/\d+|[A-Za-z]+/g) ?? [];
  const [left, right] = [parts(a), parts(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const order = comparePart(left[index] ?? '', right[index] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

function comparePart(a: string, b: string): number {
  const isNumber = (text: string): boolean => /^\d+$/.test(text);
  if (a === b) return 0;
  if (isNumber(a) && isNumber(b)) return Number(a) - Number(b);
  if (a === 'pre') return -1;
  if (b === 'pre') return 1;
  if (a === '') return -1;
  if (b === '') return 1;
  if (isNumber(a)) return 1;
  if (isNumber(b)) return -1;
  return a < b ? -1 : 1;
}

const first = /^(?:openssh|openssl|linux|systemd|glibc|sudo|xz|nix|gnutls|curl|bash|dbus|polkit|pam|linux-pam)$/;

function rank({ name, kind }: PackageChange): number {
  if (first.test(name)) return 0;
  return { upgraded: 1, downgraded: 1, added: 2, removed: 2, rebuilt: 3 }[kind];
}
