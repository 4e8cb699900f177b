import { readAddress, whyPortIsRefused, whyUserIsRefused } from '../../../shared/fleet/target-rules.ts';
import { ProblemError } from '../errors.ts';
import type { SshTarget } from '../ssh/target.ts';

/** What `$NIXSTEAD_NIX` begins with where nix runs on another machine: `ssh://root@builder:2222`. */
const scheme = 'ssh://';

/** True where a value of `$NIXSTEAD_NIX` names another machine, and not a program of this computer. */
export function namesNixHost(value: string): boolean {
  return value.startsWith(scheme);
}

/** The value of `$NIXSTEAD_NIX` for a machine as a person writes it: `root@builder:2222`. */
export function nixHostVariable(place: string): string {
  return `${scheme}${place}`;
}

/**
 * The machine that `$NIXSTEAD_NIX` names.
 * @throws ProblemError `nix-host-refused` for what must not reach a command
 */
export function nixHostOf(value: string): SshTarget {
  const place = value.slice(scheme.length);
  const [, user = null, rest = ''] = /^(?:([^@]*)@)?(.*)$/.exec(place) ?? [];
  const [, bracketed, plain, port = null] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(rest) ?? [];
  const address = readAddress(bracketed ?? plain ?? rest);
  const refusals = [
    address.ok ? null : `The address ${address.reason}`,
    user === null ? null : whyUserIsRefused(user),
    port === null ? null : whyPortIsRefused(Number(port)),
  ].filter((reason) => reason !== null);
  if (!address.ok || refusals.length > 0) {
    throw new ProblemError({
      code: 'nix-host-refused',
      title: 'The machine on which nix runs cannot be reached by this name',
      evidence: `${place}: ${refusals.join('; ')}`,
      advice: ['Name it as user@host or user@host:port, in Settings or in NIXSTEAD_NIX=ssh://user@host:port.'],
    });
  }
  return { host: address.host, user, port: port === null ? null : Number(port), options: [] };
}
