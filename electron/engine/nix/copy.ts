import type { HostName } from '../../../shared/contract/ids.ts';
import type { JobContext } from '../jobs/context.ts';
import { ProblemError } from '../errors.ts';
import { aliveCountMax, aliveIntervalSeconds, connectTimeoutSeconds } from '../ssh/config.ts';
import { nixError } from './errors.ts';
import type { FreeSpace } from './free-space.ts';
import type { NixRun } from './nix-run.ts';
import type { ProgressView } from './progress-view.ts';
import { runNixInJob, type NixCommand, type NixListeners } from './run.ts';

/** Where to copy to. `user` null: as ssh decides. */
export interface CopyTarget {
  readonly host: string;
  readonly user: string | null;
  /** Runs nix there through sudo, for a user who is not trusted by the daemon but may become root. */
  readonly throughSudo?: keyof typeof throughSudo;
  /** Copies into the store below this folder instead of the machine's own, such as `/mnt`. */
  readonly root?: string;
}

/** nix on the target, as root. `password`: its first line is sent by ../ssh/sudo-ssh.ts. */
const throughSudo = { free: 'sudo -n nix-daemon', password: 'sudo -k -S --prompt= nix-daemon' } as const;

export interface CopyRequest extends NixListeners {
  readonly host: HostName;
  readonly paths: readonly string[];
  readonly target: CopyTarget;
  /** Words for ssh: `['-F', config, '-oPort=2222']`. A port can stand here alone: nix 2.26 reads none in the address. */
  readonly sshOptions: readonly string[];
  /** The target fetches from its own binary caches what they have, instead of getting it from here. */
  readonly substituteOnDestination?: boolean;
  /** As a person writes it, for messages: `root@nas:2222`. */
  readonly shownTarget?: string;
  /** Added to the environment: how ssh is answered (ssh/askpass.ts). */
  readonly env?: Readonly<Record<string, string>>;
  /** Asked when a disk is full, since nix does not say whose: `df` of the store on the target. */
  readonly askFreeSpace?: () => Promise<FreeSpace | null>;
}

/**
 * Copies store paths and everything that they need to another machine, over ssh, as part of a job. Paths that are there
 * already are not sent; after a failure, doing it again goes on with the first path that was not complete.
 * @throws ProblemError with the cause; JobCancelled
 */
export async function copyInJob(context: JobContext, request: CopyRequest): Promise<ProgressView> {
  const { args, sshOptions } = copyCommand(request);
  const { exit, progress } = await runNixInJob(context, { ...request, stage: 'copy', args, sshOptions });
  if (exit.code === 0) return progress;
  const target =
    request.shownTarget ?? (request.target.user ?? '') + (request.target.user ? '@' : '') + request.target.host;
  const run: NixRun = { verb: 'copy', exit, progress, target };
  const error = nixError(run);
  if (!error.problem.code.startsWith('nix-disk-full') || request.askFreeSpace === undefined) throw error;
  const space = await request.askFreeSpace().catch(() => null);
  throw space === null ? error : nixError({ ...run, freeSpace: { target: space } });
}

/**
 * The command, also to be shown to a person.
 *
 * `--no-check-sigs`: what was built here is signed by nobody. The target decides for itself: it heeds the flag from root
 * and trusted users alone, from others it wants signatures all the same (nix's daemon.cc, `AddMultipleToStore`).
 * @throws ProblemError `nix-target-refused`
 */
export function copyCommand(
  request: Pick<CopyRequest, 'paths' | 'target' | 'sshOptions' | 'substituteOnDestination'>,
): Required<Pick<NixCommand, 'args' | 'sshOptions'>> {
  const { target, paths, substituteOnDestination = false } = request;
  const address = storeAddress(target);
  const flags = ['--no-check-sigs', ...(substituteOnDestination ? ['--substitute-on-destination'] : [])];
  return {
    args: ['copy', ...flags, '--to', address.url, ...paths],
    sshOptions: [...address.sshOptions, ...request.sshOptions, ...liveness(request.sshOptions)],
  };
}

/** `ssh-ng://root@nas`, and what ssh must be told besides. */
function storeAddress(target: CopyTarget): { url: string; sshOptions: string[] } {
  const { host, user } = target;
  if (!/^[A-Za-z0-9_.:%-]+$/.test(host) || host.startsWith('-')) throw targetRefused(host);
  if (user !== null && !/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(user)) throw targetRefused(user);
  const isIpv6 = host.includes(':');
  // nix and ssh do not agree on how an IPv6 address stands in a URL: ssh is given it beside the URL.
  const label = isIpv6 ? `ipv6-${host.replace(/[^A-Za-z0-9]/g, '-')}` : host;
  const query =
    target.root === undefined
      ? target.throughSudo === undefined
        ? ''
        : `?remote-program=${encodeURIComponent(throughSudo[target.throughSudo])}`
      : `?remote-store=${encodeURIComponent(`local?root=${target.root}`)}`;
  return {
    url: `ssh-ng://${user === null ? '' : `${user}@`}${label}${query}`,
    sshOptions: isIpv6 ? [`-oHostName=${host.replaceAll('%', '%%')}`] : [],
  };
}

/** A cut link must fail and not hang (12 s with these), also where the caller's configuration says nothing about it. */
function liveness(words: readonly string[]): string[] {
  const own: readonly (readonly [string, number])[] = [
    ['ConnectTimeout', connectTimeoutSeconds],
    ['ServerAliveInterval', aliveIntervalSeconds],
    ['ServerAliveCountMax', aliveCountMax],
  ];
  const said = words.join(' ').toLowerCase();
  return own.flatMap(([key, value]) => (said.includes(key.toLowerCase()) ? [] : [`-o${key}=${value}`]));
}

function targetRefused(value: string): ProblemError {
  return new ProblemError({
    code: 'nix-target-refused',
    title: 'This address cannot be given to nix',
    evidence: JSON.stringify(value),
    advice: ['Correct the address or the user of this host in the fleet. No command was run with it.'],
  });
}
