[
  ./nixpkgs.nix
  ./options.nix
  ./pocket.nix
  ./units.nix
  ./toplevel.nix
]
