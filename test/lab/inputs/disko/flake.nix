{
  description = "A stand-in for disko: takes disk layouts and tells NixOS what is mounted";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs = _: {
    nixosModules = {
      disko = ./module.nix;
      default = ./module.nix;
    };
  };
}
