import type { Host, HostStatus } from '../../shared/contract/host.ts';
import type { HostName } from '../../shared/contract/ids.ts';
import {
  explainSelection,
  isSelected,
  parseSelection,
  statesOf,
  type SavedSelections,
  type SelectableHost,
  type SelectionError,
  type SelectionExplanation,
} from '../../shared/fleet/selection.ts';

export type FilterResult =
  | { kind: 'all'; hosts: readonly Host[] }
  | { kind: 'words'; hosts: readonly Host[] }
  | {
      kind: 'selection';
      hosts: readonly Host[];
      sentence: string;
      hints: string[];
      unknown: SelectionExplanation['unknown'];
    }
  | { kind: 'mistake'; error: SelectionError };

/** Without any sign of the selection language, a filter is just words to look for. */
const PLAIN_WORDS = /^[^@,&|!()*?"[\]:\\]*$/;

export function isPlainWords(text: string): boolean {
  return PLAIN_WORDS.test(text);
}

/** The hosts as the selection language sees them. */
export function selectableHosts(
  hosts: readonly Host[],
  statuses: ReadonlyMap<HostName, HostStatus>,
): (SelectableHost & { host: Host })[] {
  return hosts.map((host) => {
    const status = statuses.get(host.name);
    const known = { name: host.name, tags: host.tags, system: host.system, host };
    return status === undefined ? known : { ...known, states: statesOf(status) };
  });
}

/**
 * What the filter box shows. Plain words are looked for in names and addresses (all of them must occur); anything with
 * a sign of the selection language means what it means on the command line.
 */
export function filterHosts(
  text: string,
  hosts: readonly Host[],
  statuses: ReadonlyMap<HostName, HostStatus>,
  saved: SavedSelections = new Map(),
): FilterResult {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return { kind: 'all', hosts };
  if (isPlainWords(text)) {
    const found = hosts.filter(({ name, target }) => {
      const haystack = `${name} ${target?.host ?? ''}`.toLowerCase();
      return words.every((word) => haystack.includes(word));
    });
    return { kind: 'words', hosts: found };
  }
  const parsed = parseSelection(text, saved);
  if (!parsed.ok) return { kind: 'mistake', error: parsed.error };
  const selectable = selectableHosts(hosts, statuses);
  const { sentence, idle, unknown } = explainSelection(parsed.node, selectable);
  return {
    kind: 'selection',
    hosts: selectable.filter((candidate) => isSelected(parsed.node, candidate)).map(({ host }) => host),
    sentence,
    hints: [
      ...idle.map(({ message, suggestion }) =>
        suggestion === null ? message : `${message}; did you mean ‘${suggestion}’?`,
      ),
      ...unknown.map(({ message }) => message),
    ],
    unknown,
  };
}
