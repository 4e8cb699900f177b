import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Problem } from '../../../shared/contract/problem.ts';
import { accessGap, type HostAccess } from '../../../shared/install/access.ts';
import { sshLists, sshListsFunction } from '../fleet/ssh-lists.ts';
import { installProblems } from './problems.ts';
import type { InstallSpec } from './spec.ts';

/** Null where the configuration does not let itself be asked. */
export const evaluatedAccess = z
  .object({
    hasSshServer: z.boolean(),
    rootLogin: z.string(),
    takesPasswords: z.boolean(),
    lists: sshLists,
    hasOtherKeys: z.boolean(),
    isMeantSo: z.boolean(),
    autologinUser: z.string().nullable(),
    people: z.array(
      z.object({ name: z.string(), groups: z.array(z.string()), keyCount: z.int(), hasPassword: z.boolean() }),
    ),
  })
  .nullable();

/** Nix: who could log in to a configuration. Of passwords and keys it says that they are there, never what they are. */
export const accessFunction = `(config: let
  users = config.users.users or { };
  ssh = config.services.openssh or { };
  settings = ssh.settings or { };
  members = config.users.groups.wheel.members or [ ];
  isAdmin = name: let user = users.\${name}; in
    (user.enable or true) && (name == "root" || (user.group or "") == "wheel"
      || builtins.elem "wheel" (user.extraGroups or [ ]) || builtins.elem name members);
  isHash = hash: builtins.isString hash && builtins.match "[!*].*" hash == null;
  has = value: value != null;
  admission = ${sshListsFunction} config;
  rootLogin = settings.PermitRootLogin or ssh.permitRootLogin or null;
  access = {
    hasSshServer = ssh.enable or false;
    rootLogin = if builtins.isString rootLogin then rootLogin else "prohibit-password";
    takesPasswords = (settings.PasswordAuthentication or ssh.passwordAuthentication or true) != false;
    inherit (admission) lists;
    hasOtherKeys = (ssh.authorizedKeysCommand or "none") != "none" || has (settings.TrustedUserCAKeys or null)
      || builtins.match ".*(TrustedUserCAKeys|AuthorizedKeys).*" (ssh.extraConfig or "") != null;
    isMeantSo = config.users.allowNoPasswordLogin or false;
    autologinUser = config.services.getty.autologinUser or null;
    people = map (name: let user = users.\${name}; keys = user.openssh.authorizedKeys or { }; in {
      inherit name;
      groups = admission.groupsOf name;
      keyCount = builtins.length (keys.keys or [ ]) + builtins.length (keys.keyFiles or [ ]);
      hasPassword = isHash (user.hashedPassword or null) || isHash (user.initialHashedPassword or null)
        || has (user.hashedPasswordFile or null) || has (user.password or null) || has (user.initialPassword or null);
    }) (builtins.filter isAdmin (builtins.attrNames users));
  };
  tried = builtins.tryEval (builtins.deepSeq access access);
in if tried.success then tried.value else null)`;

/** What is wrong with who can log in to the machine once it is installed; `stops`: nothing may be erased for it. */
export function judgeAccess(
  access: HostAccess | null,
  {
    host,
    fleetTarget,
    options,
  }: Pick<InstallSpec, 'host' | 'fleetTarget'> & { options: Pick<InstallSpec['options'], 'extraFiles'> },
): { problem: Problem; stops: boolean } | null {
  if (access === null) return null;
  const hasOtherKeys = access.hasOtherKeys || bringsKeys(options.extraFiles);
  const gap = accessGap({ ...access, hasOtherKeys }, fleetTarget?.user ?? 'root');
  switch (gap?.kind) {
    case undefined:
      return null;
    case 'nobody':
      return { problem: installProblems.nobodyLogsIn(host, access), stops: !gap.isMeantSo };
    case 'console-only':
      return { problem: installProblems.consoleOnly(host, access, gap.users), stops: false };
    case 'not-deployable':
      return { problem: installProblems.notDeployable(host, access, gap), stops: false };
  }
}

/** Whether a folder that is laid over the new system's root has keys for somebody. */
function bringsKeys(folder: string | null): boolean {
  if (folder === null) return false;
  const homes = namesIn(join(folder, 'home')).map((name) => join('home', name));
  const isThere = ['root', ...homes].some((home) => existsSync(join(folder, home, '.ssh/authorized_keys')));
  return isThere || namesIn(join(folder, 'etc/ssh/authorized_keys.d')).length > 0;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
