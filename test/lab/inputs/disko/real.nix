# The scripts of the real disko for a layout: from a checkout and a library of nixpkgs that the lab puts into ./real
# where the environment names them. Its programs are Debian's, as all programs of the lab.
{ devices, wrap }:
let
  lib = import ./real/nixpkgs-lib;
  notNeeded = throw "The lab runs no virtual machines";
  diskoLib = import ./real/disko/lib {
    inherit lib;
    rootMountPoint = "/mnt";
    makeTest = notNeeded;
    eval-config = notNeeded;
    qemu-common = notNeeded;
  };
  debian = {
    type = "derivation";
    name = "debian";
    outPath = "/usr";
  };
  programs = [
    "bash"
    "btrfs-progs"
    "coreutils"
    "coreutils-full"
    "dosfstools"
    "e2fsprogs"
    "gawk"
    "gnugrep"
    "gnused"
    "gptfdisk"
    "jq"
    "lvm2"
    "mdadm"
    "parted"
    "systemdMinimal"
    "util-linux"
    "xfsprogs"
    "zfs"
  ];
  pkgs = lib.genAttrs programs (_: debian) // {
    writers.makeScriptWriter = _: wrap;
  };
  evaluated = lib.evalModules {
    modules = [
      { options.devices = lib.mkOption { type = diskoLib.toplevel; }; }
      { inherit devices; }
    ];
  };
in
evaluated.config.devices._scripts { inherit pkgs; }
