{
  services.prometheus.exporters.node.enable = true;
  networking.firewall.allowedTCPPorts = [ 22 ];
}
