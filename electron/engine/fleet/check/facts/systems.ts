import { z } from 'zod';
import type { HostQuestion } from '../../host-questions.ts';
import type { Kind } from '../../kinds/kind.ts';

/** Parts of a system that tell a person how two of them differ. */
const parts = z.object({
  packages: z.array(z.string()),
  services: z.array(z.string()),
  users: z.array(z.string()),
  fileSystems: z.array(z.string()),
  openPorts: z.array(z.string()),
  settings: z.array(z.string()),
});
export type SystemParts = z.infer<typeof parts>;

const system = z.object({ drvPath: z.string(), parts });
const twoSystems = z.object({ configuration: system, hive: system });
/** What `nixosConfigurations` and the hive make of one host. */
export type TwoSystems = z.infer<typeof twoSystems>;

/**
 * Nix: `node → { drvPath, parts }`. `lib.nixosSystem` of a flake writes the commit of nixpkgs into the system's version
 * and registry, and colmena does not; both are taken out before the derivations are compared, or every hive would
 * differ from its `nixosConfigurations`.
 */
const systemOf = `(node: let
    inherit (builtins) attrNames concatMap deepSeq filter map toString tryEval;
    quiet = fallback: value: let attempt = tryEval (deepSeq value value); in if attempt.success then attempt.value else fallback;
    neutral = { lib, options, ... }: {
      config = lib.optionalAttrs (options ? system.nixos.versionSuffix) {
        system.nixos.versionSuffix = lib.mkOverride 0 "";
      } // lib.optionalAttrs (options ? nixpkgs.flake.source) {
        nixpkgs.flake.source = lib.mkOverride 0 null;
      };
    };
    revision = { lib, options, ... }: {
      config = lib.optionalAttrs (options ? system.nixos.revision) { system.nixos.revision = lib.mkOverride 0 null; };
    };
    compared = if node ? extendModules then node.extendModules { modules = [ neutral revision ]; } else node;
    inherit (compared) config;
    nameOf = package: package.pname or package.name or "?";
    enabled = filter (name: config.systemd.services.\${name}.enable or true) (attrNames (config.systemd.services or { }));
  in {
    drvPath = builtins.unsafeDiscardStringContext config.system.build.toplevel.drvPath;
    parts = {
      packages = quiet [ ] (map nameOf (config.environment.systemPackages or [ ]));
      services = quiet [ ] enabled;
      users = quiet [ ] (attrNames (config.users.users or { }));
      fileSystems = quiet [ ] (attrNames (config.fileSystems or { }));
      openPorts = quiet [ ] (map toString (config.networking.firewall.allowedTCPPorts or [ ]));
      settings = concatMap ({ name, value }: let text = quiet null (toString value); in if text == null then [ ] else [ "\${name} \${text}" ]) [
        { name = "host name"; value = config.networking.hostName or null; }
        { name = "stateVersion"; value = config.system.stateVersion or null; }
        { name = "kernel"; value = config.boot.kernelPackages.kernel.version or null; }
        { name = "NixOS"; value = config.system.nixos.release or null; }
      ];
    };
  })`;

/** Asks for the two systems of a host that is declared in both. */
export function systemsQuestion(
  configuration: Kind & { readonly node: string },
  hive: Kind & { readonly node: string },
  name: string,
): HostQuestion<TwoSystems> {
  return {
    name,
    key: `systems ${hive.kind}`,
    read: `(outputs: name: {
    configuration = ${systemOf} (${configuration.node} outputs name);
    hive = ${systemOf} (${hive.node} outputs name);
  })`,
    evaluatesModules: true,
    parse: (value) => twoSystems.parse(value),
  };
}
