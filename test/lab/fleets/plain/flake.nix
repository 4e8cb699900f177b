{
  description = "Homelab infrastructure";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";

  outputs =
    { nixpkgs, ... }:
    {
      nixosConfigurations = {
        #@each
        @name@ = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            ./hosts/@name@
            ./modules/common.nix
          ];
        };
        #@end
      };
    };
}
