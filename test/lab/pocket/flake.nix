{
  description = "A stand-in for nixpkgs that builds NixOS-like systems in a second, without a network";

  outputs =
    { self }:
    let
      lib = import ./lib;
      systems = [
        "x86_64-linux"
        "aarch64-linux"
      ];
    in
    {
      lib = lib // {
        nixosSystem = import ./nixos/lib/eval-config.nix;
      };
      legacyPackages = lib.genAttrs systems (system: import ./. { inherit system; });
      nixosModules = { };

      # What a freshly installed lab host runs: generation 1, before any fleet was deployed to it.
      firstSystems = lib.genAttrs systems (
        system:
        (self.lib.nixosSystem {
          inherit system;
          modules = [ ./nixos/first-system.nix ];
        }).config.system.build.toplevel
      );
    };
}
