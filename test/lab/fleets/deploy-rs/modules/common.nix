{ pkgs, unstable, ... }:
{
  boot.loader.grub.device = "/dev/sda";
  time.timeZone = "Europe/Zurich";
  services.openssh.enable = true;
  environment.systemPackages = [
    pkgs.git
    unstable.btop
  ];
  system.stateVersion = "25.11";
}
