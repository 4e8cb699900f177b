import { join } from 'node:path';
import type { FleetView } from '../../../shared/contract/fleet.ts';
import type { Host } from '../../../shared/contract/host.ts';
import type { HostName } from '../../../shared/contract/ids.ts';
import type { InstallRequest } from '../../../shared/contract/install.ts';
import { hashOfFile } from '../fleet/files/fleet-file.ts';
import { hostFile } from './plan-files.ts';
import { installError, installProblems } from './problems.ts';
import type { InstallSpec } from './spec.ts';

/** @throws ProblemError `install-no-such-host` */
export function hostOf(view: FleetView, name: HostName): Host {
  const host = view.hosts.find((one) => one.name === name);
  if (host === undefined) throw installError(installProblems.noSuchHost(name));
  return host;
}

/**
 * Where a host is read from.
 * @param isForAnywhere nixos-anywhere reads the flake itself, and knows nixosConfigurations alone
 */
export function placeOf(
  view: FleetView,
  name: HostName,
  isForAnywhere: boolean,
): Pick<InstallSpec, 'fleet' | 'source'> {
  const { fleet } = view;
  const sources = view.hosts.find((host) => host.name === name)?.sources ?? [];
  const own = isForAnywhere ? sources.find((source) => source === 'nixosConfigurations') : undefined;
  return {
    fleet: {
      name: fleet.name,
      path: fleet.folder,
      ref: fleet.ref,
      form: fleet.kinds.includes('hive.nix') ? 'hive.nix' : 'flake',
    },
    source: own ?? sources[0] ?? 'nixosConfigurations',
  };
}

/** Where the report of the hardware is written. */
export function hardwareFile(request: InstallRequest): string {
  return hostFile(request, request.options.hardware === 'nixos-facter' ? 'facter.json' : 'hardware-configuration.nix');
}

/** Every file that an install of ours may have written, in this job or in the check before it. */
export function hostFiles(request: InstallRequest): string[] {
  const { declaration } = request;
  const names = ['disko.nix', 'disko-settings.nix', 'network.nix'];
  const declared =
    declaration === undefined
      ? ['flake.nix', ...['default.nix', 'host.nix'].map((name) => hostFile(request, name))]
      : declaration.files.map(({ path }) => path);
  return [...declared, ...names.map((name) => hostFile(request, name))];
}

/** The hash of each of the files that are there, by path. */
export async function hashesOf(folder: string, paths: readonly string[]): Promise<Record<string, string>> {
  const hashes = await Promise.all(paths.map(async (path) => [path, await hashOfFile(join(folder, path))] as const));
  return Object.fromEntries(hashes.flatMap(([path, hash]) => (hash === null ? [] : [[path, hash]])));
}
