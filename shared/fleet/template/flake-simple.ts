import { formatString } from '../../nix/value.ts';
import type { NewFleet } from './options.ts';

/** flake.nix with its hosts listed in it: one entry per machine, from which all outputs are made. */
export function simpleFlake({ name, release }: Pick<NewFleet, 'name' | 'release'>): string {
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
  };

  outputs =
    inputs@{ nixpkgs, ... }:
    let
      inherit (nixpkgs) lib;

      # One entry per machine; everything below is made from it, so nothing is written twice.
      hosts = { };

      # What a host is made of, for installing it and for deploying it.
      modulesOf = name: host: [
        ./hosts/\${name}
        ./modules/common.nix
        inputs.disko.nixosModules.disko
        {
          networking.hostName = lib.mkDefault name;
          nixpkgs.hostPlatform = lib.mkDefault host.system;
        }
      ];
    in
    {
      nixosConfigurations = lib.mapAttrs (
        name: host:
        lib.nixosSystem {
          modules = modulesOf name host;
          specialArgs = { inherit inputs; };
        }
      ) hosts;

      colmenaHive = inputs.colmena.lib.makeHive (
        {
          meta = {
            nixpkgs = import nixpkgs { system = "x86_64-linux"; };
            nodeNixpkgs = lib.mapAttrs (_: host: import nixpkgs { inherit (host) system; }) hosts;
            specialArgs = { inherit inputs; };
          };
        }
        // lib.mapAttrs (name: host: {
          inherit (host) deployment;
          imports = modulesOf name host;
        }) (lib.filterAttrs (_: host: host.deployment != null) hosts)
      );
    };
}
`;
}
