import type { ChildProcess, StdioOptions } from 'node:child_process';
import { createLab, type Lab } from './lab.ts';

/** Three machines and their fleet, for somebody who has neither. Disposing takes everything down. */
export interface Practice extends AsyncDisposable {
  lab: Lab;
  /** Folder of the flake, inside and outside of the controller. */
  fleetPath: string;
  /** Starts a program where nix, ssh and the machines are; it cannot reach anything else. */
  spawnInController(
    argv: readonly string[],
    options?: { stdio?: StdioOptions; env?: Readonly<Record<string, string>> },
  ): ChildProcess;
}

/** What makes the three worth watching: something to compile, something to copy, something that takes its time. */
const machines = {
  gateway: {
    tags: ['network', 'always-on'],
    config:
      'services.caddy.enable = true;\nnetworking.firewall.allowedTCPPorts = [ 80 443 ];\npocket.activationSeconds = 1;',
  },
  nas: {
    tags: ['storage', 'always-on'],
    config:
      'services.samba.enable = true;\nenvironment.etc."media-index".source = pkgs.payload 48;\npocket.activationSeconds = 2;',
  },
  compute: {
    tags: ['apps'],
    config:
      'services.jellyfin.enable = true;\nservices.postgresql.enable = true;\nenvironment.etc."transcoder".source = pkgs.slow 4;\npocket.activationSeconds = 2;',
  },
};

/**
 * Brings up a small homelab. Ask `labAvailability` first.
 * @param names machines to start; names that are not gateway, nas or compute get a plain configuration
 */
export async function startPractice(
  onProgress: (line: string) => void = () => {},
  names: readonly string[] = Object.keys(machines),
): Promise<Practice> {
  const lab = await createLab({ name: 'practice', onProgress });
  try {
    onProgress(`starting ${names.join(', ')}`);
    await lab.up(names);
    const pick = <Key extends 'tags' | 'config'>(key: Key): Record<string, (typeof machines)['nas'][Key]> =>
      Object.fromEntries(Object.entries(machines).map(([name, machine]) => [name, machine[key]]));
    const { path } = await lab.fleet('factory', { name: 'homelab', tags: pick('tags'), config: pick('config') });
    return {
      lab,
      fleetPath: path,
      spawnInController: (argv, options) => lab.controller.spawn(argv, { cwd: path, ...options }),
      [Symbol.asyncDispose]: () => lab.down(),
    };
  } catch (error) {
    await lab.down();
    throw error;
  }
}
