{ pkgs, ... }:
{
  time.timeZone = "Europe/Zurich";
  boot.loader.systemd-boot.enable = true;
  nix.settings.experimental-features = [
    "nix-command"
    "flakes"
  ];
  services.openssh = {
    enable = true;
    settings.PermitRootLogin = "prohibit-password";
  };
  environment.systemPackages = with pkgs; [
    git
    htop
    vim
  ];
  system.stateVersion = "25.11";
}
