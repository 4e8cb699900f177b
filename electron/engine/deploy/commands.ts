import type { Command, Stage } from '../../../shared/contract/job.ts';
import type { HostName } from '../../../shared/contract/ids.ts';
import type { Activation } from './activation.ts';

/** The profile that a NixOS machine boots. */
export const systemProfile = '/nix/var/nix/profiles/system';

/** What runs on the target as root, within the transient unit: as a person would type it there. */
export function activationCommands(
  host: HostName,
  activation: Pick<Activation, 'system' | 'goal' | 'profile' | 'toGeneration'>,
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
