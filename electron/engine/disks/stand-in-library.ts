/**
 * A stand-in for nixpkgs' `lib` in Nix: the functions that people's layout files use, for evaluating such a file alone,
 * where no nixpkgs is at hand. What it lacks fails as a missing attribute that names the function.
 */
export const standInLibrary = `
let
  inherit (builtins) attrNames concatLists elemAt filter foldl' genList head isAttrs length listToAttrs map mapAttrs
    replaceStrings stringLength substring tail toString concatStringsSep removeAttrs attrValues concatMap elem split isString;
in
builtins // rec {
  nameValuePair = name: value: { inherit name value; };
  genAttrs = names: f: listToAttrs (map (name: nameValuePair name (f name)) names);
  mapAttrs' = f: set: listToAttrs (map (name: f name set.\${name}) (attrNames set));
  mapAttrsToList = f: set: map (name: f name set.\${name}) (attrNames set);
  filterAttrs = f: set: listToAttrs (concatMap (name: if f name set.\${name} then [ (nameValuePair name set.\${name}) ] else [ ]) (attrNames set));
  optional = condition: value: if condition then [ value ] else [ ];
  optionals = condition: values: if condition then values else [ ];
  optionalAttrs = condition: set: if condition then set else { };
  optionalString = condition: text: if condition then text else "";
  range = from: to: if from > to then [ ] else genList (n: from + n) (to - from + 1);
  imap0 = f: list: genList (n: f n (elemAt list n)) (length list);
  imap1 = f: list: genList (n: f (n + 1) (elemAt list n)) (length list);
  last = list: elemAt list (length list - 1);
  flatten = x: if builtins.isList x then concatMap flatten x else [ x ];
  unique = foldl' (seen: x: if elem x seen then seen else seen ++ [ x ]) [ ];
  foldl = foldl';
  foldr = f: start: list: if list == [ ] then start else f (head list) (foldr f start (tail list));
  recursiveUpdate = a: b: a // mapAttrs (name: value: if isAttrs value && isAttrs (a.\${name} or null) then recursiveUpdate a.\${name} value else value) b;
  mergeAttrsList = foldl' (a: b: a // b) { };
  concatStrings = concatStringsSep "";
  concatMapStringsSep = separator: f: list: concatStringsSep separator (map f list);
  concatMapStrings = concatMapStringsSep "";
  hasPrefix = prefix: text: substring 0 (stringLength prefix) text == prefix;
  hasSuffix = suffix: text: stringLength suffix <= stringLength text && substring (stringLength text - stringLength suffix) (-1) text == suffix;
  removePrefix = prefix: text: if hasPrefix prefix text then substring (stringLength prefix) (-1) text else text;
  removeSuffix = suffix: text: if hasSuffix suffix text then substring 0 (stringLength text - stringLength suffix) text else text;
  splitString = separator: text: filter isString (split separator text);
  fixedWidthString = width: filler: text: if stringLength text >= width then text else fixedWidthString width filler (filler + text);
  fixedWidthNumber = width: n: fixedWidthString width "0" (toString n);
  id = x: x;
  const = x: _: x;
  flip = f: a: b: f b a;
  pipe = foldl' (x: f: f x);
  mkOption = option: option // { _type = "option"; };
  mkEnableOption = _: { _type = "option"; default = false; };
  types = genAttrs [ "anything" "attrs" "bool" "int" "float" "lines" "number" "package" "path" "port" "raw" "str" "unspecified" ] (name: name)
    // genAttrs [ "attrsOf" "enum" "functionTo" "lazyAttrsOf" "listOf" "nonEmptyListOf" "nullOr" "oneOf" "strMatching" "submodule" "submoduleWith" "uniq" ] (name: _: name)
    // { either = _: _: "either"; ints = genAttrs [ "unsigned" "positive" "s32" "u16" ] (name: name); };
  mkDefault = x: x;
  mkForce = x: x;
  mkOverride = _: x: x;
  mkBefore = x: x;
  mkAfter = x: x;
  mkIf = condition: value: if condition then value else { };
  mkMerge = foldl' recursiveUpdate { };
  lists = { inherit optional optionals range imap0 imap1 last flatten unique; };
  attrsets = { inherit nameValuePair genAttrs filterAttrs recursiveUpdate optionalAttrs; mapAttrs = builtins.mapAttrs; };
  strings = { inherit concatMapStringsSep hasPrefix hasSuffix removePrefix removeSuffix; };
}`;
