{ name, lib, ... }:
let
  inherit (lib) mkOption types;
  value = type: default: mkOption { inherit type default; };
in
{
  options.deployment = {
    targetHost = value (types.nullOr types.str) name;
    targetPort = value (types.nullOr types.ints.unsigned) null;
    targetUser = value (types.nullOr types.str) "root";
    allowLocalDeployment = value types.bool false;
    buildOnTarget = value types.bool false;
    tags = value (types.listOf types.str) [ ];
    replaceUnknownProfiles = value types.bool true;
    privilegeEscalationCommand = value (types.listOf types.str) [
      "sudo"
      "-H"
      "--"
    ];
    sshOptions = value (types.listOf types.str) [ ];
    keys = value (types.attrsOf (
      types.submodule (
        { name, config, ... }:
        {
          options = {
            name = value types.str name;
            path = value types.str "${config.destDir}/${config.name}";
            text = value (types.nullOr types.str) null;
            keyFile = value (types.nullOr types.path) null;
            keyCommand = value (types.nullOr (types.nonEmptyListOf types.str)) null;
            destDir = value types.str "/run/keys";
            user = value types.str "root";
            group = value types.str "root";
            permissions = value types.str "0600";
            uploadAt = value (types.enum [
              "pre-activation"
              "post-activation"
            ]) "pre-activation";
          };
        }
      )
    )) { };
  };
}
