{ lib, ... }:
let
  inherit (lib) mkOption types;
  open =
    options:
    types.submodule {
      freeformType = types.lazyAttrsOf types.anything;
      inherit options;
    };
in
{
  options.sops = mkOption {
    type = open {
      secrets = mkOption {
        type = types.attrsOf (
          types.submodule (
            { name, ... }:
            {
              freeformType = types.attrsOf types.anything;
              options.path = mkOption {
                type = types.str;
                default = "/run/secrets/${name}";
              };
            }
          )
        );
        default = { };
      };
    };
    default = { };
  };
}
