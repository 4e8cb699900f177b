import { isDeepStrictEqual } from 'node:util';
import { parse } from 'smol-toml';
import type { SafetyScope } from '../../../shared/contract/health.ts';
import { safetyFile, type SafetyFile } from '../../../shared/fleet/safety.ts';
import { plain } from './toml-write.ts';

/** Where a scope stands in nixstead.toml: `tags`, `web`. */
export function pathOf(scope: SafetyScope): string[] {
  return scope.kind === 'defaults' ? ['defaults'] : [scope.kind === 'tag' ? 'tags' : 'hosts', scope.name];
}

/** The header of a scope's table. */
export function headerOf(scope: SafetyScope): string {
  return `[${pathOf(scope)
    .map((key) => (/^[\w-]+$/.test(key) ? key : JSON.stringify(key)))
    .join('.')}]`;
}

/** The keys of a header: `tags."front door"` has two. */
export function keysIn(name: string): string[] {
  const found = [...name.matchAll(/[\w-]+|"(?:[^"\\]|\\.)*"|'[^']*'/g)].map(([key]) => key);
  return found.map((key) => (/^["']/.test(key) ? unquoted(key) : key));
}

function unquoted(key: string): string {
  const { value } = parse(`value = ${key}`);
  return typeof value === 'string' ? value : key;
}

type SafetyPart = NonNullable<SafetyFile['defaults']>;

/**
 * True where the new text of nixstead.toml says what the old one says, but for what `change` makes of scopes' parts.
 * @param change false: there is nothing to change
 */
export function saysOnly(
  before: string,
  after: string,
  change: (partOf: (scope: SafetyScope) => SafetyPart) => boolean,
): boolean {
  try {
    const wanted = safetyFile.parse(parse(before));
    if (!change((scope) => partOf(wanted, scope))) return false;
    return isDeepStrictEqual(withoutEmpty(plain(safetyFile.parse(parse(after)))), withoutEmpty(plain(wanted)));
  } catch {
    return false;
  }
}

function partOf(file: SafetyFile, scope: SafetyScope): SafetyPart {
  if (scope.kind === 'defaults') return (file.defaults ??= {});
  const parts = scope.kind === 'tag' ? (file.tags ??= {}) : (file.hosts ??= {});
  return (parts[scope.name] ??= {});
}

/** Parts that say nothing are as good as none. */
function withoutEmpty(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value)
    .map(([key, each]) => [key, withoutEmpty(each)] as const)
    .filter(([, each]) => !(typeof each === 'object' && each !== null && Object.keys(each).length === 0));
  return Object.fromEntries(kept);
}
