{
  description = "Machines at home";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";
    colmena = {
      url = "github:zhaofengli/colmena";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    disko = {
      url = "github:nix-community/disko";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    sops-nix = {
      url = "github:Mic92/sops-nix";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs =
    inputs@{
      self,
      nixpkgs,
      colmena,
      disko,
      ...
    }:
    let
      inherit (nixpkgs) lib;

      # --- HOST FACTORY ---
      mkSystem =
        name:
        {
          type,
          system ? "x86_64-linux",
          deployment ? null,
        }:
        let
          specialArgs = {
            inherit
              self
              inputs
              name
              type
              ;
          };
          moduleList = [
            ./hosts/${name}
            ./common
            disko.nixosModules.disko
            inputs.sops-nix.nixosModules.sops
            { imports = lib.optionals (type == "server") [ ./profiles/servers ]; }
          ];
        in
        {
          inherit deployment moduleList specialArgs;
          pkgs = nixpkgs.legacyPackages.${system};
          nixosConfig = lib.nixosSystem {
            inherit system specialArgs;
            modules = moduleList;
          };
        };

      # Every folder below hosts is a machine; its host.nix says what kind and where it is.
      hosts = lib.mapAttrs (name: _: mkSystem name (import ./hosts/${name}/host.nix)) (builtins.readDir ./hosts);
    in
    {
      nixosConfigurations = lib.mapAttrs (_: h: h.nixosConfig) hosts;

      colmena = {
        meta = {
          nixpkgs = nixpkgs.legacyPackages.x86_64-linux;
          nodeNixpkgs = lib.mapAttrs (_: h: h.pkgs) hosts;
          nodeSpecialArgs = lib.mapAttrs (_: h: h.specialArgs) hosts;
        };
      }
      // lib.mapAttrs (_: h: {
        inherit (h) deployment;
        imports = h.moduleList;
      }) (lib.filterAttrs (_: h: h.deployment != null) hosts);

      colmenaHive = colmena.lib.makeHive self.outputs.colmena;
    };
}
