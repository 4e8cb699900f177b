{
  description = "A stand-in for sops-nix: its options without the secrets";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs = _: {
    nixosModules = {
      sops = ./module.nix;
      default = ./module.nix;
    };
  };
}
