import { isDeepStrictEqual } from 'node:util';
import { parse } from 'smol-toml';
import { wavePlan, type WavePlan } from '../../../shared/contract/waves.ts';
import { tomlBlocks, type TomlBlock } from './toml-blocks.ts';
import { joined, made, plain, textOf, trimmed, withValues, type TomlValue } from './toml-write.ts';

/** Waves as they shall be. `from`: for each of them which one of the file it was made of; null: it is new. */
export interface WantedWaves {
  readonly plan: WavePlan | null;
  readonly from: readonly (number | null)[];
}

const waveKeys = ['name', 'on', 'count', 'percent', 'wait', 'health', 'pause'] as const;
const defaults = { 'stop-after': 1, 'when-stopped': 'keep' } as const;

/**
 * nixstead.toml with other waves. Only lines that say something else are touched: comments, order and everything about
 * other things stay as they are. null: the waves are written in a form that is not edited here (inline, or dotted keys).
 * @param text of a file that can be read; empty where there is none
 */
export function withWaves(text: string, wanted: WantedWaves): string | null {
  const blocks = tomlBlocks(text);
  const isWave = ({ name, isElement }: TomlBlock): boolean => isElement && name === 'waves.wave';
  const isHead = ({ name, isElement }: TomlBlock): boolean => !isElement && name === 'waves';
  const old = blocks.filter(isWave);
  const head = headText(blocks.find(isHead), wanted.plan);
  const waves = (wanted.plan?.wave ?? []).map((wave, index) => {
    const values = waveKeys.map((key): [string, TomlValue] => [key, wave[key]]);
    const block = old[wanted.from[index] ?? -1];
    return trimmed(block === undefined ? withValues(made('[[waves.wave]]\n'), values) : withValues(block, values));
  });
  const written = [...(head === null ? [] : [trimmed(head)]), ...waves].join('\n\n');
  const first = blocks.findIndex((block) => isHead(block) || isWave(block));
  const [before, after] = first < 0 ? [blocks, []] : [blocks.slice(0, first), blocks.slice(first)];
  const rest = after.filter((block) => !isHead(block) && !isWave(block));
  const result = joined(joined(textOf(before), written), textOf(rest));
  return saysOnly(text, result, wanted.plan) ? result : null;
}

function headText(block: TomlBlock | undefined, plan: WavePlan | null): string | null {
  if (plan === null) return null;
  const values = (['stop-after', 'when-stopped'] as const).map((key): [string, TomlValue] => {
    const isWritten = block?.entries.some((entry) => entry.key === key) === true;
    return [key, plan[key] === defaults[key] && !isWritten ? undefined : plan[key]];
  });
  if (block !== undefined) return withValues(block, values);
  return values.every(([, value]) => value === undefined) ? null : withValues(made('[waves]\n'), values);
}

/** True where the new text says the wanted waves, and of everything else what the old one says. */
function saysOnly(before: string, after: string, plan: WavePlan | null): boolean {
  try {
    const { waves: _, ...others } = parse(before);
    const { waves, ...rest } = parse(after);
    const said = waves === undefined ? null : wavePlan.parse(waves);
    return isDeepStrictEqual(plain(rest), plain(others)) && isDeepStrictEqual(plain(said), plain(plan));
  } catch {
    return false;
  }
}
