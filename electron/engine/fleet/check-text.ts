import { isDeepStrictEqual } from 'node:util';
import { parse } from 'smol-toml';
import type { CheckChange, SafetyScope, WrittenCheck } from '../../../shared/contract/health.ts';
import { withAdded } from './check-add.ts';
import { takenOut, without } from './check-take.ts';
import { inline, placeOf, replaced, valuesOf } from './check-written.ts';
import { saysOnly } from './scope-text.ts';
import { arrayItems, tomlBlocks } from './toml-blocks.ts';
import { plain, withValues } from './toml-write.ts';

/**
 * nixstead.toml with one health check changed. Only lines about it are touched. Reads both ways of writing checks: an
 * array `health = [...]`, and a table `[[hosts.nas.health]]` for each. A check that moves to other hosts takes its comments
 * along. null: they are written in a form that is not edited here.
 * @param text of a file that can be read; empty where there is none
 */
export function withCheck(text: string, change: CheckChange): string | null {
  const { scope, to = scope, index, check } = change;
  const isMoved = !isDeepStrictEqual(to, scope);
  const result =
    check === null
      ? index === null
        ? null
        : without(text, scope, index)
      : index === null
        ? withAdded(text, to, check, { comments: [], line: null })
        : isMoved
          ? moved(text, scope, to, index, check)
          : overwritten(text, scope, index, check);
  if (result === null) return null;
  const isSaid = saysOnly(text, result, (partOf) => {
    const from = partOf(scope);
    const health = [...(from.health ?? [])];
    if (index !== null && index >= health.length) return false;
    if (index !== null) health.splice(index, 1);
    from.health = health;
    if (check === null) return true;
    const part = partOf(to);
    part.health = (part.health ?? []).toSpliced(isMoved ? Infinity : (index ?? Infinity), 0, check);
    return true;
  });
  return isSaid ? result : null;
}

function moved(text: string, from: SafetyScope, to: SafetyScope, index: number, check: WrittenCheck): string | null {
  const taken = takenOut(text, from, index);
  if (taken === null) return null;
  const { rest, comments, line } = taken;
  return withAdded(rest, to, check, { comments, line: line !== null && saysCheck(line, check) ? line : null });
}

function saysCheck(line: string, check: WrittenCheck): boolean {
  return isDeepStrictEqual(plain(parse(`x = ${line}`)['x']), plain(check));
}

function overwritten(text: string, scope: SafetyScope, index: number, check: WrittenCheck): string | null {
  const blocks = tomlBlocks(text);
  const { table, entry, elements } = placeOf(blocks, scope);
  if (table !== undefined && entry !== undefined) {
    const item = arrayItems(table.text.slice(entry.valueStart, entry.valueEnd))[index];
    if (item === undefined) return null;
    const [start, end] = [entry.valueStart + item.start, entry.valueStart + item.end];
    return replaced(blocks, table, table.text.slice(0, start) + inline(check) + table.text.slice(end));
  }
  const block = elements[index];
  if (block === undefined) return null;
  const gone = block.entries.flatMap(({ key }) => (key in check ? [] : [[key, undefined] as const]));
  return replaced(blocks, block, withValues(block, [...gone, ...valuesOf(check)]));
}
