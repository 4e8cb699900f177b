{ pkgs, ... }:
{
  imports = [ ./disko.nix ];
  networking.hostName = "@name@";
  @config@
}
