import { z } from 'zod';
import type { HostQuestion } from '../../host-questions.ts';
import type { Kind } from '../../kinds/kind.ts';
import { sshLists, sshListsFunction } from '../../ssh-lists.ts';

/** An account that somebody could use: root, normal users, and any with a key or a password. */
const account = z.object({
  name: z.string(),
  groups: z.array(z.string()),
  isNormalUser: z.boolean(),
  /** Options that give it a password (`hashedPassword` ...); locked ones (`!`, `*`) are not among them. */
  passwords: z.array(z.string()),
  /** Those of them whose text everybody can read in the repository and in the store. */
  clearPasswords: z.array(z.string()),
  /** Authorised SSH keys and files of them. */
  keys: z.int(),
});
export type Account = z.infer<typeof account>;

/** What the doctor has to know of an evaluated configuration. No secret is among it: of secrets, only where they are. */
const hostDetails = z.object({
  hostName: z.string().nullable(),
  domain: z.string().nullable(),
  stateVersion: z.string().nullable(),
  accounts: z.array(account),
  /** null: no SSH server. */
  ssh: z
    .object({
      rootLogin: z.string(),
      allowsPasswords: z.boolean(),
      /** Whom it lets in at all. */
      lists: sshLists,
      /** Keys that a program, a certificate authority or another file brings. */
      hasOtherKeys: z.boolean(),
      /** `~/.ssh/authorized_keys` counts, so there may be keys that no configuration knows. */
      readsHomes: z.boolean(),
    })
    .nullable(),
  /** A way in that this does not look into: automatic login, Tailscale SSH, a directory service, a cloud's agent. */
  hasOtherWayIn: z.boolean(),
  /** Names of `deployment.keys` with `text`. */
  clearKeys: z.array(z.string()),
  /** Files that define these options, as nix names them. */
  files: z.object({
    hostName: z.array(z.string()),
    stateVersion: z.array(z.string()),
    users: z.array(z.string()),
    keys: z.array(z.string()),
  }),
});
export type HostDetails = z.infer<typeof hostDetails>;

/**
 * Nix: `node → details`. Every fact is asked for by itself, so that one that throws hides no other; options that a
 * NixOS does not have count as not set.
 */
const detailsOf = `(node: let
    inherit (builtins) any attrNames concatMap deepSeq elem filter head isAttrs isString length mapAttrs split substring tail toString tryEval;
    quiet = fallback: value: let attempt = tryEval (deepSeq value value); in if attempt.success then attempt.value else fallback;
    inherit (node) config;
    filesOf = path: let
      go = value: names: if !(isAttrs value) then [ ]
        else if value._type or null == "option" then value.files or [ ]
        else if names != [ ] && value ? \${head names} then go value.\${head names} (tail names) else [ ];
      in quiet [ ] (map toString (go (node.options or { }) path));
    users = config.users.users or { };
    admission = ${sshListsFunction} config;
    isLocked = text: isString text && elem (substring 0 1 text) [ "!" "*" ];
    accountOf = name: let
      user = users.\${name};
      set = filter (option: let value = quiet null (user.\${option} or null); in value != null && !(isLocked value)) [
        "password" "initialPassword" "hashedPassword" "initialHashedPassword" "hashedPasswordFile" "passwordFile"
      ];
      authorized = user.openssh.authorizedKeys or { };
    in {
      inherit name;
      groups = quiet [ ] (admission.groupsOf name);
      isNormalUser = quiet false (user.isNormalUser or false);
      passwords = set;
      clearPasswords = filter (option: elem option [ "password" "initialPassword" ]) set;
      keys = quiet 0 (length (authorized.keys or [ ])) + quiet 0 (length (map toString (authorized.keyFiles or [ ])));
    };
    accounts = quiet [ ] (filter
      (account: account.name == "root" || account.isNormalUser || account.passwords != [ ] || account.keys > 0)
      (map accountOf (attrNames users)));
    server = config.services.openssh or { };
    settings = server.settings or { };
    mentions = text: quiet false (length (split "(AuthorizedKeys|TrustedUserCAKeys|AuthorizedPrincipals)" text) > 1);
    homeFile = "%h/.ssh/authorized_keys";
    keyFiles = quiet [ homeFile ] (server.authorizedKeysFiles or [ homeFile ]);
    ssh = {
      rootLogin = quiet "prohibit-password" (toString (settings.PermitRootLogin or server.permitRootLogin or "prohibit-password"));
      allowsPasswords = quiet true (let value = settings.PasswordAuthentication or server.passwordAuthentication or true; in
        value == null || value == true || value == "yes");
      lists = mapAttrs (_: quiet [ ]) admission.lists;
      hasOtherKeys = mentions (server.extraConfig or "")
        || quiet false (elem (server.authorizedKeysCommand or "none") [ null "none" ] == false)
        || any (key: quiet null (settings.\${key} or null) != null) [ "TrustedUserCAKeys" "AuthorizedKeysCommand" "AuthorizedPrincipalsFile" ]
        || filter (file: !(elem file [ homeFile ".ssh/authorized_keys" "/etc/ssh/authorized_keys.d/%u" ])) keyFiles != [ ];
      readsHomes = quiet true (server.authorizedKeysInHomedir or true) && any (file: elem file [ homeFile ".ssh/authorized_keys" ]) keyFiles;
    };
    isOn = path: quiet false (let
      go = value: names: if names == [ ] then value == true
        else isAttrs value && value ? \${head names} && go value.\${head names} (tail names);
      in go config path);
    tailscale = config.services.tailscale or { };
  in {
    hostName = quiet null (config.networking.hostName or null);
    domain = quiet null (config.networking.domain or null);
    stateVersion = quiet null (config.system.stateVersion or null);
    inherit accounts;
    ssh = if isOn [ "services" "openssh" "enable" ] then ssh else null;
    hasOtherWayIn = quiet null (config.services.getty.autologinUser or null) != null
      || (isOn [ "services" "tailscale" "enable" ]
        && quiet false (elem "--ssh" ((tailscale.extraUpFlags or [ ]) ++ (tailscale.extraSetFlags or [ ]))))
      || any isOn [
        [ "users" "allowNoPasswordLogin" ]
        [ "users" "ldap" "enable" ]
        [ "services" "sssd" "enable" ]
        [ "services" "kanidm" "enablePam" ]
        [ "services" "displayManager" "autoLogin" "enable" ]
        [ "services" "cloud-init" "enable" ]
        [ "virtualisation" "amazon-init" "enable" ]
        [ "virtualisation" "digitalOcean" "setSshKeys" ]
        [ "security" "googleOsLogin" "enable" ]
      ];
    clearKeys = quiet [ ] (filter (name: (config.deployment.keys.\${name}.text or null) != null)
      (attrNames (config.deployment.keys or { })));
    files = {
      hostName = filesOf [ "networking" "hostName" ];
      stateVersion = filesOf [ "system" "stateVersion" ];
      users = filesOf [ "users" "users" ];
      keys = filesOf [ "deployment" "keys" ];
    };
  })`;

/** Asks what a host's configuration says; the kind must have a `node`. */
export function detailsQuestion(kind: Kind & { readonly node: string }, name: string): HostQuestion<HostDetails> {
  return {
    name,
    key: `details ${kind.kind}`,
    read: `(outputs: name: ${detailsOf} (${kind.node} outputs name))`,
    evaluatesModules: true,
    parse: (value) => hostDetails.parse(value),
  };
}
