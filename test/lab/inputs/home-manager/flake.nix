{
  description = "A stand-in for home-manager: its NixOS module takes everything and does nothing";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs = _: {
    nixosModules.home-manager =
      { lib, ... }:
      {
        options.home-manager = lib.mkOption {
          type = lib.types.attrsOf lib.types.unspecified;
          default = { };
        };
      };
  };
}
