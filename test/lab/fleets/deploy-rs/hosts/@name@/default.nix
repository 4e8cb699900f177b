{ pkgs, ... }:
{
  networking.hostName = "@name@";
  fileSystems."/" = {
    device = "/dev/disk/by-label/nixos";
    fsType = "ext4";
  };
  @config@
}
