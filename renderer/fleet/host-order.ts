import type { Host, HostStatus } from '../../shared/contract/host.ts';
import type { HostName } from '../../shared/contract/ids.ts';
import { hostCondition, placeText } from './host-condition.ts';

export type SortKey = 'name' | 'address' | 'state' | 'generation' | 'release' | 'lastDeploy';
export interface SortOrder {
  key: SortKey;
  isDescending: boolean;
}

// Numbers inside names count as numbers: web-2 stands before web-10.
const byText = new Intl.Collator('en', { numeric: true, sensitivity: 'base' }).compare;

type Value = string | number | null;

function valueOf(key: SortKey, host: Host, status: HostStatus | undefined): Value {
  switch (key) {
    case 'name':
      return host.name;
    case 'address':
      return host.isThisComputer === true ? placeText(host) : (host.target?.host ?? null);
    case 'state':
      return hostCondition(host, status).rank;
    case 'generation':
      return status?.generation ?? null;
    case 'release':
      return status?.nixosVersion ?? null;
    case 'lastDeploy':
      return status?.lastDeploy?.at ?? null;
  }
}

function compare(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return byText(String(a), String(b));
}

/** The hosts in order; what is not known stands last in both directions, and equals are ordered by name. */
export function sortHosts(
  hosts: readonly Host[],
  statuses: ReadonlyMap<HostName, HostStatus>,
  { key, isDescending }: SortOrder,
): Host[] {
  const keyed = hosts.map((host) => ({ host, value: valueOf(key, host, statuses.get(host.name)) }));
  keyed.sort((a, b) => {
    if (a.value === null || b.value === null) {
      if (a.value !== b.value) return a.value === null ? 1 : -1;
    } else {
      const order = compare(a.value, b.value);
      if (order !== 0) return isDescending ? -order : order;
    }
    return byText(a.host.name, b.host.name);
  });
  return keyed.map(({ host }) => host);
}
