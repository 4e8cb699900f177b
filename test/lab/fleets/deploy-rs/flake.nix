{
  description = "Homelab infrastructure with deploy-rs";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";
    nixpkgs-unstable.url = "github:NixOS/nixpkgs/nixos-unstable";
    nixos-hardware.url = "github:NixOS/nixos-hardware";
    deploy-rs = {
      url = "github:serokell/deploy-rs";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs =
    {
      self,
      nixpkgs,
      nixpkgs-unstable,
      nixos-hardware,
      deploy-rs,
      ...
    }:
    let
      system = "x86_64-linux";
      unstable = import nixpkgs-unstable {
        inherit system;
        config.allowUnfree = true;
      };
    in
    {
      nixosConfigurations = {
        #@each
        @name@ = nixpkgs.lib.nixosSystem {
          inherit system;
          specialArgs = { inherit unstable; };
          modules = [
            ./hosts/@name@
            ./modules/common.nix
            nixos-hardware.nixosModules.common-pc-ssd
          ];
        };
        #@end
      };

      deploy.nodes = {
        #@each
        @name@ = {
          hostname = "@address@";
          profiles.system = {
            user = "root";
            sshUser = "@user@";
            path = deploy-rs.lib.${system}.activate.nixos self.nixosConfigurations.@name@;
          };
        };
        #@end
      };
    };
}
