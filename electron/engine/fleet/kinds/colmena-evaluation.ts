/**
 * A colmena hive in Nix, as far as reading and building its systems needs: `meta` (or its old name `network`),
 * `defaults`, nodes that are modules (attribute sets, functions, paths) or lists of them, the module arguments `name`
 * and `nodes`, and the options `deployment.*`. Facts: colmena's src/nix/hive/{eval,options}.nix.
 */

/** Nix: the declarations of `deployment.*`. Keys are taken as they come and never read. */
const deploymentOptions = `({ lib, name, ... }: let
    option = type: default: lib.mkOption { inherit type default; };
    inherit (lib) types;
  in {
    options.deployment = {
      targetHost = option (types.nullOr types.str) name;
      targetPort = option (types.nullOr types.ints.unsigned) null;
      targetUser = option (types.nullOr types.str) "root";
      allowLocalDeployment = option types.bool false;
      buildOnTarget = option types.bool false;
      tags = option (types.listOf types.str) [ ];
      keys = option (types.attrsOf types.raw) { };
      replaceUnknownProfiles = option types.bool true;
      privilegeEscalationCommand = option (types.listOf types.str) [ "sudo" "-H" "--" ];
      sshOptions = option (types.listOf types.str) [ ];
    };
  })`;

/** Nix: `hive → [ name ]`, forcing no node. */
export const hiveNodeNames = `(hive:
    builtins.filter (name: !(builtins.elem name [ "defaults" "meta" "network" ])) (builtins.attrNames hive))`;

/** Nix: `hive → { <name> = evaluated NixOS configuration; }`. */
export const hiveNodes = `(hive: let
    meta = hive.meta or hive.network or { };
    packages = what: source:
      if builtins.isPath source || builtins.isString source || (builtins.isAttrs source && source ? outPath && !(source ? path))
      then packages what (import source)
      else if builtins.isFunction source then source { overlays = [ ]; }
      else if builtins.isAttrs source && source ? path then source
      else throw "\${what} of this hive is not an imported nixpkgs";
    nixpkgs = packages "meta.nixpkgs" (meta.nixpkgs or <nixpkgs>);
    evaluate = extra: name: let
      pkgs = if meta ? nodeNixpkgs.\${name} then packages "meta.nodeNixpkgs.\${name}" meta.nodeNixpkgs.\${name} else nixpkgs;
      node = hive.\${name};
    in import (pkgs.path + "/nixos/lib/eval-config.nix") {
      system = pkgs.stdenv.hostPlatform.system or pkgs.system;
      modules = [
        ${deploymentOptions}
        ({ lib, ... }: {
          nixpkgs.overlays = lib.mkBefore (pkgs.overlays or [ ]);
          nixpkgs.config = lib.mkBefore (pkgs.config or { });
        })
        (hive.defaults or { })
      ] ++ extra ++ (if builtins.isList node then node else [ node ]);
      specialArgs = (meta.specialArgs or { }) // (meta.nodeSpecialArgs.\${name} or { }) // { inherit name; nodes = others; };
    };
    names = ${hiveNodeNames} hive;
    nodesWith = extra: builtins.listToAttrs (map (name: { inherit name; value = evaluate extra name; }) names);
    others = nodesWith [ { _module.check = false; } ];
  in nodesWith [ ])`;
