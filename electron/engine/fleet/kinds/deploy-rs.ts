import { z } from 'zod';
import { deployRsSettings } from '../../../../shared/contract/host.ts';
import type { HostReading, Kind } from './kind.ts';

const declared = z.object({
  hostname: z.string(),
  system: z.string().nullable(),
  sshUser: z.string().nullable(),
  sshOpts: z.array(z.string()),
  remoteBuild: z.boolean(),
  settings: deployRsSettings,
});

/** The port of ssh options (`-p 2222`, `-p2222`, `-o Port=2222`), as people give it to deploy-rs; null without one. */
export function portOfSshOptions(options: readonly string[]): number | null {
  for (const [index, option] of options.entries()) {
    const value =
      option === '-p'
        ? options[index + 1]
        : (/^-p(\d+)$/.exec(option)?.[1] ?? /^(?:-o)?\s*Port[= ](\d+)$/i.exec(option)?.[1]);
    if (value !== undefined && /^\d+$/.test(value)) return Number(value);
  }
  return null;
}

/** A letter, or quoted text, that a shell takes as it is. */
const plain = /[^\s'"\\$`;|&<>()*?~#[\]{}!]|'[^']*'|"[^"\\$`!]*"/.source;
const oneWord = new RegExp(`(?:${plain})+`, 'g');
/** Words alone, of which the first sets no variable. */
const plainWords = new RegExp(`^(?![^=\\s]*=)(?:${plain})+(?:\\s+(?:${plain})+)*$`);

/**
 * The `sudo` of deploy-rs as what root's commands begin with. It is text for the login shell there; what is more than
 * words is left to a shell.
 */
export function asRootWith(sudo: string): string[] {
  if (!plainWords.test(sudo.trim())) return ['sh', '-c', `${sudo} root "$@"`, 'sh'];
  const words = sudo.match(oneWord) ?? [];
  return [...words.map((word) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2')), 'root'];
}

/**
 * `deploy.nodes` of deploy-rs. Settings come from the profile `system` (else the first in its order), then the node,
 * then the top; `sshOpts` of all three are joined (deploy-rs, src/data.rs). Defaults are those of its src/deploy.rs and
 * src/bin/activate.rs. The path to deploy is never forced where a `nixosConfigurations` host of the same name tells the
 * system.
 */
export const deployRs: Kind = {
  kind: 'deploy',
  evaluatesModules: false,
  names: `(outputs: if outputs ? deploy.nodes then builtins.attrNames outputs.deploy.nodes else null)`,
  read: `(outputs: name: let
    deploy = outputs.deploy;
    node = deploy.nodes.\${name};
    profiles = node.profiles or { };
    inOrder = node.profilesOrder or [ ];
    order = inOrder ++ builtins.filter (each: !(builtins.elem each inOrder)) (builtins.attrNames profiles);
    profile = profiles.system or (if order == [ ] then { } else profiles.\${builtins.head order});
    setting = key: fallback: profile.\${key} or node.\${key} or deploy.\${key} or fallback;
  in {
    hostname = profile.hostname or node.hostname;
    sshUser = setting "sshUser" null;
    sshOpts = (deploy.sshOpts or [ ]) ++ (node.sshOpts or [ ]) ++ (profile.sshOpts or [ ]);
    remoteBuild = setting "remoteBuild" false;
    settings = {
      profiles = map (each: let
        own = profiles.\${each} or { };
        user = own.user or node.user or deploy.user or null;
        sudo = own.sudo or node.sudo or deploy.sudo or null;
      in { name = each; inherit user sudo; }) order;
      autoRollback = setting "autoRollback" true;
      magicRollback = setting "magicRollback" true;
      confirmTimeout = setting "confirmTimeout" 30;
      activationTimeout = setting "activationTimeout" 240;
      fastConnection = setting "fastConnection" false;
    };
    system = if outputs ? nixosConfigurations.\${name} then null else profile.path.system or null;
  })`,
  node: null,
  toplevel: `(outputs: name:
    if outputs ? nixosConfigurations.\${name} then outputs.nixosConfigurations.\${name}.config.system.build.toplevel
    else outputs.deploy.nodes.\${name}.profiles.system.path)`,
  wrapped: `(outputs: name: outputs.deploy.nodes.\${name}.profiles.system.path)`,
  parse(name, value): HostReading {
    const read = declared.parse(value);
    const { profiles } = read.settings;
    const { sudo = null } = profiles.find((profile) => profile.name === 'system') ?? profiles[0] ?? {};
    return {
      kind: 'deploy',
      name,
      ...(read.system === null ? {} : { system: read.system }),
      address: read.hostname,
      user: read.sshUser,
      port: portOfSshOptions(read.sshOpts),
      buildOnTarget: read.remoteBuild,
      privilegeCommand: sudo === null ? undefined : asRootWith(sudo),
      sshOptions: read.sshOpts,
      deployRs: read.settings,
    };
  },
};
