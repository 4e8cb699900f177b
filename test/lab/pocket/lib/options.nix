{ lists, types }:
rec {
  mkOption = attributes: attributes // { _type = "option"; };
  mkEnableOption =
    what:
    mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether to enable ${what}.";
    };
  mkPackageOption =
    pkgs: name:
    {
      default ? name,
      ...
    }:
    mkOption {
      type = types.package;
      default = pkgs.${builtins.head (lists.toList default)};
    };
  literalExpression = text: {
    _type = "literalExpression";
    inherit text;
  };
  literalMD = literalExpression;
  mdDoc = text: text;
}
