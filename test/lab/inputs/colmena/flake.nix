{
  description = "A stand-in for colmena: makeHive with the attributes that colmena 0.5 and the app read";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs = _: { lib.makeHive = import ./hive.nix; };
}
