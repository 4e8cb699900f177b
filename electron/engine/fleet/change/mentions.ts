import type { FileChange } from '../../../../shared/fleet/change/edit.ts';
import type { FleetFacts } from '../../../../shared/fleet/change/fleet-facts.ts';
import { positionAt } from '../../../../shared/nix/line.ts';

const MAX_SHOWN = 5;

/** Where a host's old name still stands after a change, as sentences; comments count too. */
export function mentionsOf(name: string, { sources }: FleetFacts, changes: readonly FileChange[]): string[] {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const word = new RegExp(`(?<![A-Za-z0-9_-])${escaped}(?![A-Za-z0-9_-])`, 'g');
  const concerned = new Map(changes.map((change) => [change.from, change]));
  const places = sources.flatMap((source) => {
    const change = concerned.get(source.path);
    if (change?.after === null) return [];
    const [path, text] = change ? [change.path, change.after ?? ''] : [source.path, source.text];
    return [...text.matchAll(word)].map(({ index }) => `${path}:${positionAt(text, index).line}`);
  });
  if (places.length === 0) return [];
  const shown = places.slice(0, MAX_SHOWN).join(', ');
  const more = places.length > MAX_SHOWN ? ` and ${places.length - MAX_SHOWN} more places` : '';
  return [`The old name still stands in ${shown}${more}. Look whether it is meant.`];
}
