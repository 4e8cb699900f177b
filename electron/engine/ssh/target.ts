import type { Host, Target } from '../../../shared/contract/host.ts';
import { readAddress, whyPortIsRefused, whyUserIsRefused } from '../../../shared/fleet/target-rules.ts';
import { ProblemError } from '../errors.ts';
import { readSshOptions } from './options.ts';

/** Where SSH goes, proven to be harmless as arguments. `options` are ready words such as `-oIdentityFile=/k`. */
export interface SshTarget {
  readonly host: string;
  readonly user: string | null;
  readonly port: number | null;
  readonly options: readonly string[];
}

/**
 * Makes the target of a host of the fleet.
 * @throws ProblemError `target-refused` or `ssh-option-refused` for values that must not reach a command
 */
export function sshTarget(target: Target, sshOptions: Host['sshOptions'] = []): SshTarget {
  const address = readAddress(target.host);
  if (!address.ok) throw refused('address', target.host, address.reason);
  const userRefusal = target.user === null ? null : whyUserIsRefused(target.user);
  if (userRefusal !== null) throw refused('user', target.user ?? '', userRefusal);
  const portRefusal = target.port === null ? null : whyPortIsRefused(target.port);
  if (portRefusal !== null) throw refused('port', String(target.port), portRefusal);
  return { host: address.host, user: target.user, port: target.port, options: readSshOptions(sshOptions) };
}

function refused(what: string, value: string, reason: string): ProblemError {
  const shown = value.length > 80 ? `${value.slice(0, 77)}…` : value;
  return new ProblemError({
    code: 'target-refused',
    title: `The ${what} ‘${shown}’ ${reason}`,
    evidence: JSON.stringify(value),
    advice: [`Correct the ${what} of this host in the fleet. No command was run with it.`],
  });
}

/** For example `root@nas:2222`, as a person would write it after `ssh`. */
export function describeTarget(target: Pick<SshTarget, 'host' | 'user' | 'port'>): string {
  const host = target.host.includes(':') && target.port !== null ? `[${target.host}]` : target.host;
  return `${target.user === null ? '' : `${target.user}@`}${host}${target.port === null || target.port === 22 ? '' : `:${target.port}`}`;
}

/** The arguments of ssh(1) before the command: never a shell, and `--` before what comes from the fleet. */
export function sshArguments(target: SshTarget, config: string): string[] {
  return ['-F', config, ...sshOptionWords(target), '--', target.host];
}

/** Options of a target as words for ssh, the fleet's own fields first, since the first value of an option wins. */
export function sshOptionWords(target: SshTarget): string[] {
  return [
    ...(target.port === null ? [] : [`-oPort=${target.port}`]),
    ...(target.user === null ? [] : [`-oUser=${target.user}`]),
    ...target.options,
  ];
}
