import type { Command, Stage } from '../../../shared/contract/job.ts';
import type { HostName } from '../../../shared/contract/ids.ts';
import type { Activation } from './activation.ts';

/** The profile that a NixOS machine boots. */
export const systemProfile = '/nix/var/nix/profiles/system';

/**
 * What runs on the target as root, within the transient unit: as a person would type it there.
 * @param activation a generation that is not known yet is a word
 */
export function activationCommands(
  host: HostName,
  activation: Pick<Activation, 'system' | 'goal' | 'profile'> & { readonly toGeneration: number | string | null },
  privilege: readonly string[],
): { setProfile: Command | null; switchTo: Command } {
  const { system, goal, profile, toGeneration } = activation;
  const change = toGeneration === null ? ['--set', system] : ['--switch-generation', String(toGeneration)];
  const onTarget = (stage: Stage, argv: string[]): Command => ({
    host,
    stage,
    where: 'target',
    argv: [...privilege, ...argv],
    env: {},
  });
  return {
    setProfile: profile === null ? null : onTarget('activate', ['nix-env', '-p', profile, ...change]),
    switchTo: onTarget('activate', [`${system}/bin/switch-to-configuration`, goal]),
  };
}

/** What restarts a host. */
export function rebootCommand(host: HostName, privilege: readonly string[]): Command {
  return { host, stage: 'reboot', where: 'target', argv: [...privilege, 'systemctl', 'reboot'], env: {} };
}

/** What writes a key on its host, as a person would do it there with the value at standard input. */
export function keyCommand(
  host: HostName,
  { path, user, group, mode }: { path: string; user: string; group: string; mode: string },
  privilege: readonly string[],
): Command {
  const words = ['install', '-o', user, '-g', group, '-m', mode, '/dev/stdin', path];
  return { host, stage: 'keys', where: 'target', argv: [...privilege, ...words], env: {} };
}
