{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.nixpkgs;
  systemOf = platform: if lib.isAttrs platform then platform.system else platform;
in
{
  options.nixpkgs = {
    system = mkOption {
      type = types.str;
      default = if cfg.hostPlatform == null then "x86_64-linux" else systemOf cfg.hostPlatform;
    };
    hostPlatform = mkOption {
      type = types.nullOr (types.either types.str types.attrs);
      default = null;
    };
    buildPlatform = mkOption {
      type = types.nullOr (types.either types.str types.attrs);
      default = null;
    };
    config = mkOption {
      type = types.attrsOf types.anything;
      default = { };
    };
    overlays = mkOption {
      type = types.listOf types.raw;
      default = [ ];
    };
    pkgs = mkOption {
      type = types.pkgs;
      defaultText = lib.literalExpression "the packages of this nixpkgs for this system";
      default = import ../.. {
        system = if cfg.hostPlatform == null then cfg.system else systemOf cfg.hostPlatform;
        inherit (cfg) config overlays;
      };
    };
    flake = mkOption {
      type = types.anything;
      default = { };
    };
  };
  config._module.args.pkgs = cfg.pkgs;
}
