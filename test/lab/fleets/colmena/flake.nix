{
  description = "A hive";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";
    colmena = {
      url = "github:zhaofengli/colmena";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs =
    {
      self,
      nixpkgs,
      colmena,
      ...
    }:
    {
      colmena = {
        meta.nixpkgs = import nixpkgs { system = "x86_64-linux"; };

        defaults =
          { pkgs, ... }:
          {
            boot.loader.systemd-boot.enable = true;
            fileSystems."/" = {
              device = "/dev/sda1";
              fsType = "ext4";
            };
            services.openssh.enable = true;
            environment.systemPackages = [ pkgs.vim ];
            system.stateVersion = "25.11";
          };

        #@each
        @name@ =
          { pkgs, ... }:
          {
            deployment = {
              targetHost = "@address@";
              targetUser = "@user@";
              tags = [ @tags@ ];
            };
            @config@
          };
        #@end
      };

      colmenaHive = colmena.lib.makeHive self.outputs.colmena;
    };
}
