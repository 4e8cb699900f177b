{
  description = "A stand-in for nixos-hardware: modules that change nothing";

  outputs = _: {
    nixosModules = {
      common-cpu-intel = { };
      common-cpu-amd = { };
      common-pc = { };
      common-pc-ssd = { };
      raspberry-pi-4 = { };
    };
  };
}
