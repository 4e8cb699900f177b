import type { HostHealth, SafetyScope, ScopeChecks, WrittenCheck } from '../../shared/contract/health.ts';
import type { Host } from '../../shared/contract/host.ts';
import type { HostName } from '../../shared/contract/ids.ts';
import { formatCount } from '../ui/format.ts';

type HostOfFleet = Pick<Host, 'name' | 'tags'>;

/** `*`, `@web`, `nas`: a scope as one word, for the address bar and for lists of choices. */
export function scopeText(scope: SafetyScope): string {
  return scope.kind === 'defaults' ? '*' : scope.kind === 'tag' ? `@${scope.name}` : scope.name;
}

export function scopeOf(text: string): SafetyScope {
  if (text === '' || text === '*') return { kind: 'defaults' };
  return text.startsWith('@') ? { kind: 'tag', name: text.slice(1) } : { kind: 'host', name: text };
}

export function scopeTitle(scope: SafetyScope): string {
  if (scope.kind === 'defaults') return 'Every host';
  return scope.kind === 'tag' ? `Hosts with the tag ${scope.name}` : scope.name;
}

/** The hosts that a scope's checks are run for. */
export function hostsOfScope(scope: SafetyScope, hosts: readonly HostOfFleet[]): HostName[] {
  const isIn = ({ name, tags }: HostOfFleet): boolean =>
    scope.kind === 'defaults' || (scope.kind === 'tag' ? tags.includes(scope.name) : name === scope.name);
  return hosts.filter(isIn).map(({ name }) => name);
}

export function scopeHostsWords(scope: SafetyScope, hosts: readonly HostOfFleet[]): string {
  const count = hostsOfScope(scope, hosts).length;
  if (scope.kind === 'host') return count === 0 ? 'This fleet has no such host' : '';
  return count === 0 ? 'No host' : formatCount(count, 'host');
}

/** One written check, by where it is written. */
export interface PlacedCheck {
  readonly scope: SafetyScope;
  readonly index: number;
  readonly check: WrittenCheck;
}

/** The checks of a host in the order in which they are run: those of the fleet, of its tags, and its own. */
export function checksOfHost({ name, tags }: HostOfFleet, all: readonly ScopeChecks[]): PlacedCheck[] {
  const wanted = ['*', ...tags.map((tag) => `@${tag}`)];
  const find = (text: string): ScopeChecks[] =>
    all.filter(({ scope }) => scope.kind !== 'host' && scopeText(scope) === text);
  const own = all.filter(({ scope }) => scope.kind === 'host' && scope.name === name);
  return [...wanted.flatMap(find), ...own].flatMap(({ scope, checks }) =>
    checks.map((check, index) => ({ scope, index, check })),
  );
}

/** Says which check it is, whatever host it is tried on. */
export function checkKey({ scope, index }: Pick<PlacedCheck, 'scope' | 'index'>): string {
  return `${scope.kind} ${scopeText(scope)} ${index}`;
}

/** How a check did where it was tried. */
export interface CheckTally {
  readonly passed: number;
  readonly failed: readonly { readonly host: HostName; readonly detail: string }[];
  /** What the last host answered that passed. */
  readonly detail: string;
}

/** What hosts answered, check by check. A host on which a check was not tried is not in it. */
export function tallyChecks(
  answers: readonly HostHealth[],
  hosts: readonly HostOfFleet[],
  all: readonly ScopeChecks[],
): Map<string, CheckTally> {
  const tallies = new Map<string, CheckTally>();
  for (const { host, results } of answers) {
    const known = hosts.find(({ name }) => name === host);
    if (known === undefined) continue;
    for (const [index, placed] of checksOfHost(known, all).entries()) {
      const result = results[index];
      if (result === undefined || result.state === 'waiting') continue;
      const key = checkKey(placed);
      const { passed, failed, detail } = tallies.get(key) ?? { passed: 0, failed: [], detail: '' };
      tallies.set(
        key,
        result.state === 'passed'
          ? { passed: passed + 1, failed, detail: result.detail }
          : { passed, failed: [...failed, { host, detail: result.detail }], detail },
      );
    }
  }
  return tallies;
}
