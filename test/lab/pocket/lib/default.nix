# The part of nixpkgs' lib that flakes of home fleets use. Names and meanings are nixpkgs'; the code is our own.
let
  lists = import ./lists.nix;
  attrsets = import ./attrsets.nix { inherit lists; };
  strings = import ./strings.nix { inherit lists; };
  trivial = import ./trivial.nix;
  filesystem = import ./filesystem.nix { inherit lists; };
  properties = import ./properties.nix;
  generators = import ./generators.nix {
    inherit
      lists
      attrsets
      strings
      ;
  };
  base = trivial // lists // attrsets // strings // filesystem // properties // { inherit generators; };
  modules = import ./modules.nix {
    lib = base;
    inherit fullLib;
  };
  types = import ./types.nix {
    lib = base;
    inherit modules;
  };
  options = import ./options.nix {
    inherit
      attrsets
      generators
      lists
      types
      ;
  };
  fullLib =
    base
    // modules
    // options
    // {
      inherit
        lists
        attrsets
        strings
        trivial
        filesystem
        types
        options
        generators
        ;
      modules = modules // properties;
      fakeHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
      maintainers = { };
      licenses.mit = "mit";
      platforms.linux = [
        "x86_64-linux"
        "aarch64-linux"
      ];
      systems.flakeExposed = [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
    };
in
fullLib
