import { z } from 'zod';
import type { DeployRsSettings, FleetKind } from '../../../../shared/contract/host.ts';

/**
 * What one kind of declaration says about a host. A field that the kind cannot tell is undefined; `merge.ts` asks the
 * next kind, and at last takes colmena's documented default.
 */
export interface HostReading {
  readonly kind: FleetKind;
  readonly name: string;
  /** For example x86_64-linux. */
  readonly system?: string | null;
  readonly tags?: readonly string[];
  /** null: not to be deployed over SSH. */
  readonly address?: string | null;
  /** null: what the user's ssh configuration says. */
  readonly user?: string | null;
  readonly port?: number | null;
  readonly buildOnTarget?: boolean;
  readonly allowLocalDeployment?: boolean;
  readonly privilegeCommand?: readonly string[];
  readonly sshOptions?: readonly string[];
  readonly keys?: readonly string[];
  readonly replaceUnknownProfiles?: boolean;
  readonly deployRs?: DeployRsSettings;
}

/**
 * How hosts of one kind are found and read. The Nix functions are given the flake's outputs (or the value of hive.nix);
 * they may throw, since the reader attributes the error to the output or the host.
 */
export interface Kind {
  readonly kind: FleetKind;
  /** True where reading a host evaluates its modules (seconds and hundreds of MiB on a real nixpkgs). */
  readonly evaluatesModules: boolean;
  /** Nix: `outputs → null | [ name ]`. null: the fleet has nothing of this kind. Forces no host. */
  readonly names: string;
  /** Nix: `outputs → name → { … }`, values that JSON can carry. */
  readonly read: string;
  /** Nix: `outputs → name → evaluated configuration` (with `config` and `options`); null: it evaluates no modules. */
  readonly node: string | null;
  /** Nix: `outputs → name → derivation`, the system that is deployed. */
  readonly toplevel: string;
  /** Nix: `outputs → name → derivation`, what the kind's own program sets the profile to; absent: the system itself. */
  readonly wrapped?: string;
  /** Takes what `read` gave. @throws ZodError where it has another shape */
  parse(name: string, value: unknown): HostReading;
}

/** Nix: the system of an evaluated NixOS configuration, without forcing its packages where that can be avoided. */
export const systemOfNode = `(node: let
    platform = if node.options.nixpkgs.hostPlatform.isDefined or false then node.config.nixpkgs.hostPlatform else null;
  in if builtins.isString platform then platform
  else platform.system or node.pkgs.stdenv.hostPlatform.system or node.config.nixpkgs.system or null)`;

/** Nix: the options of `deployment` that are read. Of `keys` the names alone: what is in them can be secret. */
export const deploymentOfConfig = `(deployment: builtins.intersectAttrs {
  targetHost = null; targetUser = null; targetPort = null; tags = null; allowLocalDeployment = null;
  buildOnTarget = null; privilegeEscalationCommand = null; sshOptions = null; replaceUnknownProfiles = null;
} deployment // {
  keys = let names = builtins.tryEval (builtins.attrNames (deployment.keys or { })); in
    if names.success then names.value else [ ];
})`;

/** Colmena's `deployment.*` (its options.nix); an older colmena may lack some. */
export const deployment = z.object({
  targetHost: z.string().nullish(),
  targetUser: z.string().nullish(),
  targetPort: z.int().nullish(),
  tags: z.array(z.string()).optional(),
  allowLocalDeployment: z.boolean().optional(),
  buildOnTarget: z.boolean().optional(),
  privilegeEscalationCommand: z.array(z.string()).optional(),
  sshOptions: z.array(z.string()).optional(),
  replaceUnknownProfiles: z.boolean().optional(),
  keys: z.array(z.string()).optional(),
});

/** Colmena's names in ours. */
export function readingOfDeployment(value: z.infer<typeof deployment>): Omit<HostReading, 'kind' | 'name' | 'system'> {
  return {
    tags: value.tags,
    address: value.targetHost,
    user: value.targetUser,
    port: value.targetPort,
    buildOnTarget: value.buildOnTarget,
    allowLocalDeployment: value.allowLocalDeployment,
    privilegeCommand: value.privilegeEscalationCommand,
    sshOptions: value.sshOptions,
    keys: value.keys,
    replaceUnknownProfiles: value.replaceUnknownProfiles,
  };
}
