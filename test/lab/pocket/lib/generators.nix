{
  lists,
  attrsets,
  strings,
}:
rec {
  toJSON = _: builtins.toJSON;
  toYAML = toJSON;
  mkKeyValueDefault =
    _: separator: key: value:
    "${key}${separator}${if builtins.isBool value then builtins.toJSON value else toString value}";
  toKeyValue =
    { mkKeyValue ? mkKeyValueDefault { } "=" }:
    set: strings.concatLines (attrsets.mapAttrsToList mkKeyValue set);
  toINI =
    _: set:
    strings.concatStringsSep "\n" (
      attrsets.mapAttrsToList (name: section: "[${name}]\n" + toKeyValue { } section) set
    );

  # A value as somebody would write it in Nix, for messages. Never fails, however broken the value.
  toPretty =
    _:
    let
      show =
        depth: indent: value:
        let
          tried = builtins.tryEval (builtins.seq value value);
          deeper = indent + "  ";
          lines =
            open: close: items:
            if items == [ ] then
              "${open} ${close}"
            else
              "${open}\n${strings.concatMapStringsSep "\n" (item: deeper + item) items}\n${indent}${close}";
          v = tried.value;
        in
        if !tried.success then
          "<error>"
        else if depth > 8 then
          "<unevaluated>"
        else if builtins.isString v then
          strings.escapeNixString (builtins.unsafeDiscardStringContext v)
        else if builtins.isFunction v then
          "<function>"
        else if v == null then
          "null"
        else if builtins.isList v then
          if v == [ ] then "[ ]" else lines "[" "]" (map (show (depth + 1) deeper) v)
        else if builtins.isAttrs v then
          if attrsets.isDerivation v then
            "<derivation ${v.name or "?"}>"
          else if v == { } then
            "{ }"
          else
            lines "{" "}" (attrsets.mapAttrsToList (name: item: "${name} = ${show (depth + 1) deeper item};") v)
        else
          (if builtins.isBool v then builtins.toJSON v else toString v);
    in
    show 0 "";
}
