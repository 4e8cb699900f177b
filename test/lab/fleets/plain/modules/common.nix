{ pkgs, ... }:
{
  time.timeZone = "Europe/Zurich";
  boot.loader.systemd-boot.enable = true;
  services.openssh.enable = true;
  environment.systemPackages = [ pkgs.git ];
  system.stateVersion = "25.11";
}
