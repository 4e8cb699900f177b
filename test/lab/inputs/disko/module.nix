{ config, lib, ... }:
let
  # Every content with a mountpoint, however deep.
  mounts =
    value:
    if !lib.isAttrs value then
      [ ]
    else
      lib.optional (value ? mountpoint && value.mountpoint != null) value
      ++ lib.concatMap mounts (lib.attrValues value);
in
{
  options.disko = lib.mkOption {
    type = lib.types.submodule {
      freeformType = lib.types.lazyAttrsOf lib.types.anything;
      options.devices = lib.mkOption {
        type = lib.types.attrsOf lib.types.anything;
        default = { };
      };
    };
    default = { };
  };
  config.fileSystems = lib.listToAttrs (
    map (
      content:
      lib.nameValuePair content.mountpoint {
        device = lib.mkDefault "/dev/disk/by-partlabel/lab";
        fsType = content.format or "auto";
      }
    ) (mounts config.disko.devices)
  );
}
