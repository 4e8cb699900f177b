{
  attrsets,
  generators,
  lists,
  types,
}:
let
  # The options of a set and of all sets in it.
  collect =
    value:
    if value._type or null == "option" then
      [ value ]
    else if builtins.isAttrs value then
      builtins.concatMap collect (builtins.attrValues value)
    else
      [ ];
  rendered = value: if value ? _type && value ? text then value else literalExpression (generators.toPretty { } value);
  literalExpression = text: {
    _type = "literalExpression";
    inherit text;
  };
in
rec {
  inherit literalExpression;
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
  literalMD = literalExpression;
  mdDoc = text: text;

  # What the manual tells of options: each one, and behind it those that its type has.
  optionAttrSetToDocList =
    options:
    builtins.concatMap (
      option:
      [
        (
          {
            inherit (option) loc declarations;
            name = builtins.concatStringsSep "." option.loc;
            description = option.description or null;
            internal = option.internal or false;
            visible = option.visible or true;
            readOnly = option.readOnly or false;
            type = option.type.description or "unspecified";
          }
          // attrsets.optionalAttrs (option ? example) { example = rendered option.example; }
          // attrsets.optionalAttrs (option ? default) { default = rendered (option.defaultText or option.default); }
        )
      ]
      ++ optionAttrSetToDocList ((option.type.getSubOptions or (_: { })) option.loc)
    ) (collect options);
}
