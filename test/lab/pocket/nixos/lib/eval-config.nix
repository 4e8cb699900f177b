# As nixpkgs' nixos/lib/eval-config.nix: the modules of a system to its configuration.
{
  system ? null,
  modules ? [ ],
  specialArgs ? { },
  extraModules ? [ ],
  baseModules ? import ../modules,
  pkgs ? null,
  lib ? import ../../lib,
  check ? true,
  prefix ? [ ],
  ...
}:
let
  given = {
    _file = "nixos/lib/eval-config.nix";
    config = {
      _module.check = lib.mkDefault check;
      nixpkgs = lib.mkMerge [
        (lib.mkIf (system != null) { system = lib.mkDefault system; })
        (lib.mkIf (pkgs != null) { pkgs = lib.mkDefault pkgs; })
      ];
    };
  };
  evaluated = lib.evalModules {
    inherit prefix;
    class = "nixos";
    modules = baseModules ++ [ given ] ++ extraModules ++ modules;
    specialArgs = {
      modulesPath = toString ../modules;
    }
    // specialArgs;
  };
in
evaluated
// {
  inherit (evaluated._module.args) pkgs;
  inherit lib;
}
