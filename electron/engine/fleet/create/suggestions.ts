import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { homedir } from 'node:os';
import { moduleName, type FleetSuggestions, type HostSuggestions } from '../../../../shared/contract/create.ts';
import { supportedReleases } from '../../../../shared/fleet/releases.ts';
import { nothingInCommon, readCommonModule } from '../../../../shared/fleet/template/common-module.ts';
import { layoutOf } from '../../../../shared/fleet/template/layout.ts';
import { ownUser } from './own-user.ts';
import { findSshPublicKeys } from './ssh-public-keys.ts';

/** What this computer knows that a new fleet needs. @param now milliseconds since the epoch */
export async function suggestFleet(env: NodeJS.ProcessEnv, now: number): Promise<FleetSuggestions> {
  return {
    adminUser: ownUser(),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    releases: [...supportedReleases(now).map(({ name }) => name), 'unstable'],
    sshKeys: await findSshPublicKeys(homeOf(env), env),
  };
}

/** What a fleet says that a new host of it needs. @param now milliseconds since the epoch */
export async function suggestHost(folder: string, now: number): Promise<Omit<HostSuggestions, keyof OwnLogin>> {
  const textOf = (file: string): Promise<string> => readFile(join(folder, file), 'utf8').catch(() => '');
  const [flake, common] = await Promise.all([textOf('flake.nix'), textOf('modules/common.nix')]);
  const [newest] = supportedReleases(now);
  const followed = /\bnixos-(\d\d\.\d\d)\b/.exec(flake)?.[1];
  const layout = layoutOf(flake);
  const { adminUser, sshKeys, timeZone } = layout === null ? nothingInCommon : readCommonModule(common);
  return {
    layout,
    stateVersion: followed ?? newest?.name ?? '',
    modules: await sharedModules(folder),
    common: { adminUser, sshKeys: [...sshKeys], timeZone },
  };
}

type OwnLogin = Pick<HostSuggestions, 'ownUser' | 'ownKeys'>;

/** Who could log in to a new host from this computer. */
export async function suggestLogin(env: NodeJS.ProcessEnv): Promise<OwnLogin> {
  return { ownUser: ownUser(), ownKeys: await findSshPublicKeys(homeOf(env), env) };
}

function homeOf(env: NodeJS.ProcessEnv): string {
  return env['HOME'] ?? homedir();
}

/** Modules of a fleet of our layouts that a host may include; `common.nix` is in every host already. */
async function sharedModules(folder: string): Promise<string[]> {
  const entries = await readdir(join(folder, 'modules'), { withFileTypes: true }).catch(() => []);
  const isModule = (name: string, isFolder: boolean): boolean =>
    isFolder ? existsSync(join(folder, 'modules', name, 'default.nix')) : name.endsWith('.nix');
  return entries
    .filter((entry) => entry.name !== 'common.nix' && moduleName.safeParse(entry.name).success)
    .filter((entry) => isModule(entry.name, entry.isDirectory()))
    .map(({ name }) => name)
    .sort();
}
