import { isDeepStrictEqual } from 'node:util';
import type { WatchdogChange } from '../../../shared/contract/health.ts';
import { headerOf, keysIn, pathOf, saysOnly } from './scope-text.ts';
import { tomlBlocks } from './toml-blocks.ts';
import { joined, made, textOf, trimmed, withValues } from './toml-write.ts';

/**
 * nixstead.toml with another watchdog for some hosts. Only its line is touched. null: it is written in a form that is not
 * edited here.
 * @param text of a file that can be read; empty where there is none
 */
export function withWatchdog(text: string, { scope, watchdog }: WatchdogChange): string | null {
  const blocks = tomlBlocks(text);
  const path = pathOf(scope);
  const table = blocks.find((block) => !block.isElement && isDeepStrictEqual(keysIn(block.name), path));
  const values = [['watchdog', watchdog ?? undefined]] as const;
  const result =
    table === undefined
      ? watchdog === null
        ? text
        : joined(textOf(blocks), trimmed(withValues(made(`${headerOf(scope)}\n`), values)))
      : blocks.map((block) => (block === table ? withValues(block, values) : block.text)).join('');
  const isSaid = saysOnly(text, result, (partOf) => {
    const part = partOf(scope);
    if (watchdog === null) delete part.watchdog;
    else part.watchdog = watchdog;
    return true;
  });
  return isSaid ? result : null;
}
