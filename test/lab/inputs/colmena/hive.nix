# A hive as written by its owner to the attributes of colmena's schema v0.5.
rawHive:
let
  meta = {
    name = "hive";
    description = "A Colmena Hive";
    machinesFile = null;
    allowApplyAll = true;
    nodeNixpkgs = { };
    nodeSpecialArgs = { };
    specialArgs = { };
  }
  // rawHive.network or { }
  // rawHive.meta or { };
  nixpkgs = meta.nixpkgs or (throw "Key meta.nixpkgs is required in a flake's hive");
  inherit (nixpkgs) lib;

  raw = removeAttrs rawHive [
    "defaults"
    "meta"
    "network"
  ];

  evaluate =
    name: node:
    let
      nodePackages = meta.nodeNixpkgs.${name} or nixpkgs;
    in
    import (nodePackages.path + "/nixos/lib/eval-config.nix") {
      inherit (nodePackages) system;
      modules = [
        ./deployment.nix
        { nixpkgs.pkgs = lib.mkDefault nodePackages; }
        { networking.hostName = lib.mkDefault name; }
        (rawHive.defaults or { })
        node
      ];
      specialArgs = {
        inherit name nodes;
      }
      // meta.specialArgs
      // meta.nodeSpecialArgs.${name} or { };
    };

  nodes = lib.mapAttrs evaluate raw;
  toplevel = lib.mapAttrs (_: node: node.config.system.build.toplevel) nodes;
  deploymentConfig = lib.mapAttrs (_: node: node.config.deployment) nodes;
  select = names: lib.filterAttrs (name: _: lib.elem name names);
in
{
  __schema = "v0.5";
  inherit nodes toplevel deploymentConfig;
  deploymentConfigSelected = names: select names deploymentConfig;
  evalSelected = names: select names toplevel;
  evalSelectedDrvPaths = names: lib.mapAttrs (_: system: system.drvPath) (select names toplevel);
  metaConfig = {
    inherit (meta)
      name
      description
      machinesFile
      allowApplyAll
      ;
  };
  introspect =
    f:
    f {
      inherit lib nodes;
      pkgs = nixpkgs;
    };
}
