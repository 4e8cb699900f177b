import { formatString } from '../../nix/value.ts';
import type { NewFleet } from './options.ts';

/**
 * flake.nix with a host factory: hosts are found by their folders, one list of modules serves nixosConfigurations,
 * colmena and deploy-rs, so that no two of them can differ.
 */
export function factoryFlake({ name, release }: Pick<NewFleet, 'name' | 'release'>): string {
  return `{
  description = ${formatString(`${name}: machines at home`)};

  inputs = {
    nixpkgs.url = ${formatString(`github:NixOS/nixpkgs/nixos-${release}`)};
    disko = {
      url = "github:nix-community/disko";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    colmena = {
      url = "github:zhaofengli/colmena";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    deploy-rs = {
      url = "github:serokell/deploy-rs";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs =
    inputs@{ self, nixpkgs, ... }:
    let
      inherit (nixpkgs) lib;

      # A host is a folder of ./hosts with a host.nix, which says what the tools must know of it before they build it.
      hosts = lib.mapAttrs (name: _: import ./hosts/\${name}/host.nix) (
        lib.filterAttrs (
          name: kind: kind == "directory" && builtins.pathExists ./hosts/\${name}/host.nix
        ) (builtins.readDir ./hosts)
      );

      # What a host is made of. nixosConfigurations, colmena and deploy-rs all use this one list.
      modulesOf = name: host: [
        ./hosts/\${name}
        ./modules/common.nix
        ./profiles/\${host.type}
        inputs.disko.nixosModules.disko
        {
          networking.hostName = lib.mkDefault name;
          nixpkgs.hostPlatform = lib.mkDefault host.system;
          nixpkgs.overlays = import ./overlays;
        }
      ];

      # Arguments that every module of a host can take.
      argumentsOf = name: host: {
        inherit inputs name hosts;
        inherit (host) type;
      };

      # Hosts that have an address to deploy to.
      reachable = lib.filterAttrs (_: host: host.deployment != null) hosts;
    in
    {
      nixosConfigurations = lib.mapAttrs (
        name: host:
        lib.nixosSystem {
          modules = modulesOf name host;
          specialArgs = argumentsOf name host;
        }
      ) hosts;

      colmenaHive = inputs.colmena.lib.makeHive (
        {
          meta = {
            nixpkgs = import nixpkgs { system = "x86_64-linux"; };
            nodeNixpkgs = lib.mapAttrs (_: host: import nixpkgs { inherit (host) system; }) reachable;
            nodeSpecialArgs = lib.mapAttrs argumentsOf reachable;
          };
        }
        // lib.mapAttrs (name: host: {
          inherit (host) deployment;
          imports = modulesOf name host;
        }) reachable
      );

      deploy.nodes = lib.mapAttrs (name: host: {
        hostname = host.deployment.targetHost;
        sshUser = host.deployment.targetUser or "root";
        sshOpts = lib.optionals (host.deployment ? targetPort) [
          "-p"
          (toString host.deployment.targetPort)
        ];
        profiles.system = {
          user = "root";
          path = inputs.deploy-rs.lib.\${host.system}.activate.nixos self.nixosConfigurations.\${name};
        };
      }) reachable;
    };
}
`;
}
