import type { LockedReference } from './lock-file.ts';

/** The branch, tag or release that an input's owner wrote, such as `nixos-25.11`; null: none that can be told. */
export function branchOf({ ref, url }: LockedReference): string | null {
  if (ref !== undefined) return ref;
  const channel = /(?:channels|releases)\.nixos\.org\/(?:nixos\/)?([a-z]+-[^/]+)\//.exec(url ?? '')?.[1];
  const flakeHub = /flakehub\.com\/f\/[^/]+\/nixpkgs\/0\.(\d\d)(\d\d)\./i.exec(url ?? '');
  return channel ?? (flakeHub ? `nixos-${flakeHub[1]}.${flakeHub[2]}` : null);
}

/** Whether an input is nixpkgs, by what its owner wrote, else by its name. */
export function isNixpkgs(name: string, original: LockedReference): boolean {
  if (original.repo !== undefined) return original.repo.toLowerCase() === 'nixpkgs';
  if (original.id !== undefined) return original.id === 'nixpkgs';
  if (/\/nixpkgs([/.?#]|$)|(channels|releases)\.nixos\.org/i.test(original.url ?? '')) return true;
  return /^nixpkgs(-|$)/.test(name);
}
