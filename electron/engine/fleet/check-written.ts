import { isDeepStrictEqual } from 'node:util';
import { checkKinds, type SafetyScope, type WrittenCheck } from '../../../shared/contract/health.ts';
import { keysIn, pathOf } from './scope-text.ts';
import type { TomlBlock, TomlEntry } from './toml-blocks.ts';
import type { TomlValue } from './toml-write.ts';

/** In this order a check is written. */
const keys = [
  'name',
  ...checkKinds,
  'status',
  'contains',
  'insecure',
  'after',
  'within',
  'every',
  'timeout',
] as const satisfies readonly (keyof WrittenCheck)[];

/** Where the health checks of a scope are written. */
interface ChecksPlace {
  /** The scope's own table; undefined: it has none. */
  readonly table: TomlBlock | undefined;
  /** Its array `health = [...]`, where it has one. */
  readonly entry: TomlEntry | undefined;
  /** A table `[[hosts.nas.health]]` for each, where they are written so. */
  readonly elements: readonly TomlBlock[];
}

export function placeOf(blocks: readonly TomlBlock[], scope: SafetyScope): ChecksPlace {
  const path = pathOf(scope);
  const isOf = (block: TomlBlock, wanted: readonly string[]): boolean => isDeepStrictEqual(keysIn(block.name), wanted);
  const table = blocks.find((block) => !block.isElement && isOf(block, path));
  return {
    table,
    entry: table?.entries.find(({ key }) => key === 'health'),
    elements: blocks.filter((block) => block.isElement && isOf(block, [...path, 'health'])),
  };
}

/** The whole text with another text for one table; null stays null. */
export function replaced(blocks: readonly TomlBlock[], block: TomlBlock, text: string | null): string | null {
  return text === null ? null : blocks.map((each) => (each === block ? text : each.text)).join('');
}

export function valuesOf(check: WrittenCheck): (readonly [string, TomlValue])[] {
  return keys.flatMap((key) => (check[key] === undefined ? [] : [[key, check[key]] as const]));
}

/** A check on one line: `{ tcp = 22, within = 30 }`. */
export function inline(check: WrittenCheck): string {
  return `{ ${valuesOf(check)
    .map(
      ([key, value]) =>
        `${key} = ${Array.isArray(value) ? `[${value.map((each) => JSON.stringify(each)).join(', ')}]` : JSON.stringify(value)}`,
    )
    .join(', ')} }`;
}
