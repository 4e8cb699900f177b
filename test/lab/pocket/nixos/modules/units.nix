# The units of a system, one file each, as far as the lab's stand-in for systemd reads them.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  # Settings as text; what has no text (functions, packages' insides) is named only.
  plain =
    depth: value:
    if lib.isDerivation value then
      "${value}"
    else if lib.isFunction value || depth > 6 then
      "<function>"
    else if lib.isList value then
      map (plain (depth + 1)) value
    else if lib.isAttrs value then
      lib.mapAttrs (_: plain (depth + 1)) value
    else
      value;

  # Names of units are those of the real modules where they differ from the option.
  unitName = name: { openssh = "sshd"; tailscale = "tailscaled"; }.${name} or name;

  fromServices = lib.mapAttrs' (name: settings: lib.nameValuePair (unitName name) (builtins.toJSON (plain 0 settings))) (
    lib.filterAttrs (_: settings: settings.enable or false == true) config.services
  );
  fromSystemd = lib.mapAttrs (_: settings: builtins.toJSON (plain 0 settings)) (
    lib.filterAttrs (_: settings: settings.enable) config.systemd.services
  );
  units = fromServices // fromSystemd // config.pocket.units;

  unitText = name: settings: ''
    [Unit]
    Description=${name}
    [Service]
    ExecStart=${if lib.elem name config.pocket.failUnits then "/bin/false" else "/bin/true"}
    # ${settings}
  '';
in
{
  system.build.units = pkgs.runCommand "system-units" { } (
    "mkdir -p $out\n"
    + lib.concatStrings (
      lib.mapAttrsToList (name: settings: ''
        printf %s ${lib.escapeShellArg (unitText name settings)} > $out/${name}.service
      '') units
    )
  );
}
