import type { HostStatus } from '../../contract/host.ts';
import { matchesGlob } from './glob.ts';
import type { Term } from './lexer.ts';
import type { HostState, SelectionNode } from './parse.ts';

/** What a selection needs to know of a host. `states` undefined: nothing is known yet, so no `state:` fits. */
export interface SelectableHost {
  readonly name: string;
  readonly tags: readonly string[];
  readonly system: string | null;
  readonly states?: ReadonlySet<HostState>;
}

/**
 * The states of a host from what it last said about itself.
 * - `reachable`: it answered over SSH.
 * - `outdated`: it does not run the system that its fleet was last known to evaluate to (`wantedSystem`), or its boot
 *   profile names another system than the one that runs.
 * - `failed`: units have failed, or its last deploy did.
 * - `reboot`: it was booted with another kernel, initrd or set of kernel modules than it would boot now.
 */
export function statesOf(status: HostStatus, wantedSystem: string | null = null): Set<HostState> {
  const states = new Set<HostState>();
  const { currentSystem, profileSystem, bootedSystem, lastDeploy } = status;
  if (status.reachability === 'online' || status.reachability === 'no-nix') states.add('reachable');
  const differs = (other: string | null): boolean =>
    currentSystem !== null && other !== null && other !== currentSystem;
  if (differs(wantedSystem) || differs(profileSystem)) states.add('outdated');
  if (status.failedUnits.length > 0 || (lastDeploy !== null && lastDeploy.state === 'failed')) states.add('failed');
  if (status.needsReboot ?? differs(bootedSystem)) states.add('reboot');
  return states;
}

function matchesTerm(term: Term, host: SelectableHost): boolean {
  switch (term.field) {
    case 'name':
      return matchesGlob(term.pattern, host.name);
    case 'tag':
      return host.tags.some((tag) => matchesGlob(term.pattern, tag));
    case 'system':
      return host.system !== null && matchesGlob(term.pattern, host.system);
    case 'state':
      return [...(host.states ?? [])].some((state) => state === term.pattern.text);
  }
}

/** True where the host is in the selection; the blank selection (null) holds none. */
export function isSelected(node: SelectionNode | null, host: SelectableHost): boolean {
  if (node === null) return false;
  switch (node.type) {
    case 'term':
      return matchesTerm(node, host);
    case 'not':
      return !isSelected(node.operand, host);
    case 'and':
      return node.operands.every((operand) => isSelected(operand, host));
    case 'or':
      return node.operands.some((operand) => isSelected(operand, host));
  }
}

/** The hosts of the selection, in the order given. */
export function select<Host extends SelectableHost>(node: SelectionNode | null, hosts: readonly Host[]): Host[] {
  return hosts.filter((host) => isSelected(node, host));
}

/** Every term of the tree, from left to right. */
export function termsOf(node: SelectionNode | null): Term[] {
  if (node === null) return [];
  switch (node.type) {
    case 'term':
      return [node];
    case 'not':
      return termsOf(node.operand);
    case 'and':
    case 'or':
      return node.operands.flatMap(termsOf);
  }
}

/** True where the hosts have to be asked before the selection can be decided. */
export function needsStates(node: SelectionNode | null): boolean {
  return termsOf(node).some((term) => term.field === 'state');
}
