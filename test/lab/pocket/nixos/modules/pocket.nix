# Knobs of the lab: how a system behaves when it is activated.
{ lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  options.pocket = {
    units = mkOption {
      type = types.attrsOf types.str;
      default = { };
      description = "Further units, by name without `.service`; a changed text restarts the unit.";
    };
    failUnits = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Units (without `.service`) that fail when they are started: exit status 4.";
    };
    kernelVersion = mkOption {
      type = types.str;
      default = "6.12.63";
      description = "Of the kernel and its initrd: another one needs a reboot.";
    };
    failActivation = mkOption {
      type = types.bool;
      default = false;
      description = "The activation script fails: exit status 2.";
    };
    failsToBoot = mkOption {
      type = types.bool;
      default = false;
      description = "A machine that boots the system starts anew before anything of it runs, as where its kernel panics.";
    };
    activationSeconds = mkOption {
      type = types.ints.unsigned;
      default = 0;
      description = "How long the activation script takes.";
    };
    breakFirewall = mkOption {
      type = types.bool;
      default = false;
      description = "The activated system answers nobody in its network, as after a mistake in its firewall.";
    };
    breakNetwork = mkOption {
      type = types.bool;
      default = false;
      description = "The activated system has no network, as after a mistake in its addresses.";
    };
  };
}
