{
  networking.hostName = "nixos";
  services.openssh.enable = true;
  fileSystems."/" = {
    device = "/dev/disk/by-label/nixos";
    fsType = "ext4";
  };
  boot.loader.systemd-boot.enable = true;
  system.stateVersion = "25.11";
}
