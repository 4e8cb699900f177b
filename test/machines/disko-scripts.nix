# The scripts that a checkout of disko makes for layouts, without nixpkgs: what runs them has the programs on its PATH.
{
  files,
  diskoPath,
  libPath,
}:
let
  lib = import libPath;
  diskoLib = import (diskoPath + "/lib") {
    inherit lib;
    rootMountPoint = "/mnt";
  };
  scriptsOf =
    file:
    let
      written = import file;
      value = if builtins.isFunction written then written { inherit lib; } else written;
      evaluated = lib.evalModules {
        modules = [
          {
            options.disko.devices = lib.mkOption { type = diskoLib.toplevel; };
            config.disko = { inherit (value.disko) devices; };
          }
        ];
      };
      inherit (evaluated.config.disko) devices;
    in
    {
      destroy = devices._destroy;
      create = devices._create;
      mount = devices._mount;
      unmount = devices._unmount;
    };
in
map scriptsOf files
