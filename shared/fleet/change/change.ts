import { readPublicKey, whyAdminIsRefused, whyTimeZoneIsRefused } from '../access-rules.ts';
import { whyNameIsRefused } from '../host-name.ts';
import { readAddress, whyPortIsRefused, whyUserIsRefused } from '../target-rules.ts';
import { hostTypes, type HostAdmin, type NewHost } from '../template/options.ts';

/**
 * Where a host is to answer to SSH. `user` null: what the user's ssh configuration says; `port` null: 22; either absent:
 * as it is.
 */
export interface NewTarget {
  readonly address: string;
  readonly user?: string | null;
  readonly port?: number | null;
}

/** What is to be done to the hosts of a fleet. */
export type HostChange =
  /**
   * `like`: the host whose declaration is the model in a flake that was not made by us. `isForInstall`: its module imports
   * what an install writes beside it, see install-files.ts.
   */
  | { readonly kind: 'add'; readonly host: NewHost; readonly like: string | null; readonly isForInstall?: boolean }
  | { readonly kind: 'rename'; readonly name: string; readonly newName: string }
  | {
      readonly kind: 'retag';
      readonly names: readonly string[];
      readonly add: readonly string[];
      readonly remove: readonly string[];
    }
  | { readonly kind: 'retarget'; readonly name: string; readonly target: NewTarget }
  | { readonly kind: 'retire'; readonly name: string };

/** A value that cannot be taken; `reason` ends a sentence that begins with "The host name", "The tag" … */
export interface Refusal {
  readonly what: string;
  readonly value: string;
  readonly reason: string;
}

const MAX_TAG_LENGTH = 100;

/** Says why a tag is refused, as the end of a sentence that begins with it; null where it is fine. */
export function whyTagIsRefused(tag: string): string | null {
  if (tag === '') return 'is empty';
  if (tag.length > MAX_TAG_LENGTH) return `is ${tag.length} characters long; at most ${MAX_TAG_LENGTH} are allowed`;
  const odd = /[^A-Za-z0-9._-]/u.exec(tag)?.[0];
  if (odd !== undefined) return 'may hold letters, digits, dots, ‘-’ and ‘_’';
  return /^[A-Za-z0-9_]/.test(tag) ? null : 'must begin with a letter, a digit or ‘_’';
}

function refusal(what: string, value: string, reason: string | null): Refusal | null {
  return reason === null ? null : { what, value, reason };
}

export function whyHostIsRefused(host: NewHost): Refusal | null {
  const target = host.address === null ? null : { address: host.address, user: host.user, port: host.port };
  const isRelease = /^\d\d\.\d\d$/.test(host.stateVersion);
  const isSystem = /^[a-z0-9_]+-linux$/.test(host.system);
  return (
    refusal('host name', host.name, whyNameIsRefused(host.name)) ??
    (target && whyTargetIsRefused(target)) ??
    refusal('type', host.type, hostTypes.includes(host.type) ? null : 'is not one of those that a fleet has') ??
    refusal('stateVersion', host.stateVersion, isRelease ? null : 'must be a release of NixOS such as 25.11') ??
    refusal('system', host.system, isSystem ? null : 'must be such as x86_64-linux') ??
    whyTagsAreRefused(host.tags) ??
    (host.admin ? whyAdminsAccessIsRefused(host.admin) : null) ??
    (host.timeZone === undefined ? null : refusal('time zone', host.timeZone, whyTimeZoneIsRefused(host.timeZone)))
  );
}

function whyAdminsAccessIsRefused({ user, sshKeys }: HostAdmin): Refusal | null {
  const bad = sshKeys.find((line) => readPublicKey(line) === null);
  return (
    refusal('admin user', user, whyAdminIsRefused(user)) ??
    refusal('SSH key', bad ?? '', bad === undefined ? null : 'is not one line of an OpenSSH public key') ??
    refusal('admin user', user, sshKeys.length > 0 ? null : 'has no key, so it could not log in')
  );
}

function whyTargetIsRefused({ address, user, port }: NewTarget): Refusal | null {
  const read = readAddress(address);
  return (
    refusal('address', address, read.ok ? null : read.reason) ??
    (user === null || user === undefined ? null : refusal('user', user, whyUserIsRefused(user))) ??
    (port === null || port === undefined ? null : refusal('port', String(port), whyPortIsRefused(port)))
  );
}

function whyTagsAreRefused(tags: readonly string[]): Refusal | null {
  for (const tag of tags) {
    const reason = whyTagIsRefused(tag);
    if (reason !== null) return { what: 'tag', value: tag, reason };
  }
  return null;
}

/** Says which value of a change cannot be taken. @param names the hosts that the fleet has */
export function whyChangeIsRefused(change: HostChange, names: ReadonlySet<string>): Refusal | null {
  const known = (name: string): Refusal | null =>
    refusal('host', name, names.has(name) ? null : 'is not in this fleet');
  const free = (name: string): Refusal | null =>
    refusal('host name', name, names.has(name) ? 'is already taken' : null);
  switch (change.kind) {
    case 'add':
      return (
        whyHostIsRefused(change.host) ?? free(change.host.name) ?? (change.like === null ? null : known(change.like))
      );
    case 'rename':
      return (
        known(change.name) ??
        refusal('host name', change.newName, whyNameIsRefused(change.newName)) ??
        free(change.newName)
      );
    case 'retag': {
      const unknown = change.names.map(known).find((item) => item !== null);
      const nothing = change.names.length === 0 || change.add.length + change.remove.length === 0;
      return (
        unknown ??
        whyTagsAreRefused(change.add) ??
        (nothing ? { what: 'change', value: '', reason: 'names no host or no tag' } : null)
      );
    }
    case 'retarget':
      return known(change.name) ?? whyTargetIsRefused(change.target);
    case 'retire':
      return known(change.name);
  }
}
