import type { Host, Target } from '../../../shared/contract/host.ts';
import type { HostName } from '../../../shared/contract/ids.ts';
import type { ConnectOptions } from '../ssh/client.ts';
import { sshTarget } from '../ssh/target.ts';
import type { HostLink, HostSession } from './host-session.ts';
import { LocalLink } from './local-link.ts';
import { deployError, deployProblems } from './problems.ts';
import { TargetLink } from './target-link.ts';

/** Where a host is, as its fleet or a job has it. */
export interface HostPlace {
  readonly name: HostName;
  readonly target: Target | null;
  readonly sshOptions: Host['sshOptions'];
  /** True where it is this computer: nothing goes over SSH, whatever its target is. */
  readonly isLocal: boolean;
}

/** Where a host of a fleet is. */
export function placeOf({ name, target, sshOptions, isThisComputer = false }: Host): HostPlace {
  return { name, target, sshOptions, isLocal: isThisComputer };
}

/** What stands for `{address}` in the checks of a host. */
export function addressOf({ name, target, isLocal }: HostPlace): string {
  return isLocal ? 'localhost' : (target?.host ?? name);
}

/**
 * The way to a host: the one that all take who look at it or change it.
 * @throws ProblemError `deploy-no-address`, `target-refused`
 */
export function linkTo(
  { name, target, sshOptions, isLocal }: HostPlace,
  options: Omit<ConnectOptions, 'signal'>,
): HostLink {
  if (isLocal) return new LocalLink();
  if (target === null) throw deployError(deployProblems.noAddress(name));
  return new TargetLink(sshTarget(target, sshOptions), options);
}

/** A session on a host for who is through with it soon. @throws ProblemError as {@link linkTo}, `ssh-*`; the signal's reason */
export async function openHost(
  place: HostPlace,
  { signal, ...options }: ConnectOptions & { readonly signal: AbortSignal },
): Promise<HostSession> {
  return linkTo(place, options).open(signal);
}
