import type { FleetKind } from '../../../shared/contract/host.ts';
import { kindsOf } from './kinds/all.ts';
import type { Kind } from './kinds/kind.ts';

const kinds: readonly Kind[] = [...kindsOf('flake'), ...kindsOf('hive.nix')];

/**
 * Nix: `outputs → name → derivation` of a host's system, where the outputs are a flake's (or the value of hive.nix).
 * null for kinds that have no system of their own (deploy-rs).
 */
export function toplevelFunction(kind: FleetKind): string | null {
  return kinds.find((candidate) => candidate.kind === kind)?.toplevel ?? null;
}

/** Of the kinds that declare a host, the one whose system is deployed; null: none of them makes one. */
export function sourceToBuild(sources: readonly FleetKind[]): FleetKind | null {
  const found = kinds.find((kind) => kind.toplevel !== null && sources.includes(kind.kind));
  return found?.kind ?? null;
}
