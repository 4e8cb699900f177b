import type { HostStatus } from '../../contract/host.ts';
import { matchesGlob } from './glob.ts';
import type { HostState, SelectionNode } from './parse.ts';

/** Whether a host is in each of the states; null: that is not known. */
export type HostStates = Readonly<Record<HostState, boolean | null>>;

/** What a selection needs to know of a host. `states` undefined: none of them is known. */
export interface SelectableHost {
  readonly name: string;
  readonly tags: readonly string[];
  readonly system: string | null;
  readonly states?: HostStates | undefined;
}

/**
 * The states of a host from what it last said about itself.
 * - `reachable`: it answered over SSH.
 * - `outdated`: it runs another system than the one that its fleet was last evaluated to.
 * - `failed`: units have failed, or its last deploy did.
 * - `reboot`: it was booted with another kernel, initrd or set of kernel modules than it would boot now.
 */
export function statesOf(status: HostStatus): HostStates {
  const { currentSystem, bootedSystem, wantedSystem, reachability, lastDeploy } = status;
  const differs = (one: string | null, other: string | null): boolean | null =>
    one === null || other === null ? null : one !== other;
  const isReachable = reachability === 'online' || reachability === 'no-nix';
  const hasFailed = status.failedUnits.length > 0 || lastDeploy?.state === 'failed';
  const wasHeard = isReachable || currentSystem !== null;
  return {
    reachable: reachability === 'unknown' || reachability === 'checking' ? null : isReachable,
    outdated: differs(currentSystem, wantedSystem),
    failed: hasFailed || (wasHeard ? false : null),
    reboot: status.needsReboot ?? differs(bootedSystem, currentSystem),
  };
}

type Leaf = Extract<SelectionNode, { readonly type: 'term' }>;

function leafHolds(term: Leaf, host: SelectableHost): boolean | null {
  switch (term.field) {
    case 'name':
      return matchesGlob(term.pattern, host.name);
    case 'tag':
      return host.tags.some((tag) => matchesGlob(term.pattern, tag));
    case 'system':
      return host.system !== null && matchesGlob(term.pattern, host.system);
    case 'state':
      return stateOf(term, host);
  }
}

/** Whether a host is in the state that a term names; null: not known. */
export function stateOf({ pattern }: Leaf, { states }: SelectableHost): boolean | null {
  const found = Object.entries(states ?? {}).find(([state]) => state === pattern.text);
  return found?.[1] ?? null;
}

/**
 * Whether the host is in the selection; null: that hangs on something that is not known. (Kleene's three-valued logic:
 * what is not known to be outdated is not known to be up to date either.) The blank selection (null) holds no host.
 */
function holds(node: SelectionNode | null, host: SelectableHost): boolean | null {
  if (node === null) return false;
  switch (node.type) {
    case 'term':
      return leafHolds(node, host);
    case 'saved':
      return holds(node.operand, host);
    case 'not': {
      const inner = holds(node.operand, host);
      return inner === null ? null : !inner;
    }
    case 'and': {
      const found = node.operands.map((operand) => holds(operand, host));
      return found.includes(false) ? false : found.includes(null) ? null : true;
    }
    case 'or': {
      const found = node.operands.map((operand) => holds(operand, host));
      return found.includes(true) ? true : found.includes(null) ? null : false;
    }
  }
}

/** True where the host is known to be in the selection. */
export function isSelected(node: SelectionNode | null, host: SelectableHost): boolean {
  return holds(node, host) === true;
}

/** The hosts that are known to be in the selection, in the order given. */
export function select<Host extends SelectableHost>(node: SelectionNode | null, hosts: readonly Host[]): Host[] {
  return hosts.filter((host) => isSelected(node, host));
}

/** Every term of the tree from left to right, also those inside saved selections. */
export function termsOf(node: SelectionNode | null): Leaf[] {
  if (node === null) return [];
  switch (node.type) {
    case 'term':
      return [node];
    case 'saved':
    case 'not':
      return termsOf(node.operand);
    case 'and':
    case 'or':
      return node.operands.flatMap(termsOf);
  }
}

/** The states that have to be known before the selection can be decided. */
export function statesNeeded(node: SelectionNode | null): ReadonlySet<string> {
  return new Set(termsOf(node).flatMap(({ field, pattern }) => (field === 'state' ? [pattern.text] : [])));
}
