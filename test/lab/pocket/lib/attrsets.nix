{ lists }:
rec {
  inherit (builtins)
    attrNames
    attrValues
    catAttrs
    getAttr
    hasAttr
    intersectAttrs
    isAttrs
    listToAttrs
    mapAttrs
    removeAttrs
    zipAttrsWith
    ;

  nameValuePair = name: value: { inherit name value; };
  genAttrs = names: f: listToAttrs (map (name: nameValuePair name (f name)) names);
  mapAttrs' = f: set: listToAttrs (mapAttrsToList f set);
  mapAttrsToList = f: set: map (name: f name set.${name}) (attrNames set);
  attrsToList = mapAttrsToList nameValuePair;
  filterAttrs =
    keep: set: removeAttrs set (builtins.filter (name: !(keep name set.${name})) (attrNames set));
  optionalAttrs = condition: set: if condition then set else { };
  mergeAttrsList = builtins.foldl' (a: b: a // b) { };
  mergeAttrs = a: b: a // b;
  concatMapAttrs = f: set: mergeAttrsList (mapAttrsToList f set);
  foldlAttrs =
    f: start: set:
    builtins.foldl' (acc: name: f acc name set.${name}) start (attrNames set);
  zipAttrs = zipAttrsWith (_: values: values);
  mapAttrsRecursiveCond =
    condition: f:
    let
      go =
        path:
        mapAttrs (
          name: value:
          if isAttrs value && condition value then go (path ++ [ name ]) value else f (path ++ [ name ]) value
        );
    in
    go [ ];
  mapAttrsRecursive = mapAttrsRecursiveCond (_: true);

  recursiveUpdateUntil =
    stop: left: right:
    let
      go =
        path:
        zipAttrsWith (
          name: values:
          let
            here = path ++ [ name ];
          in
          if lists.length values == 1 || stop here (lists.elemAt values 1) (lists.head values) then
            lists.head values
          else
            go here values
        );
    in
    go [ ] [ right left ];
  recursiveUpdate = recursiveUpdateUntil (_: left: right: !(isAttrs left && isAttrs right));

  attrByPath =
    path: default: set:
    if path == [ ] then
      set
    else if isAttrs set && set ? ${lists.head path} then
      attrByPath (lists.tail path) default set.${lists.head path}
    else
      default;
  hasAttrByPath =
    path: set:
    path == [ ] || (set ? ${lists.head path} && hasAttrByPath (lists.tail path) set.${lists.head path});
  getAttrFromPath =
    path: set:
    attrByPath path (throw "cannot find attribute '${builtins.concatStringsSep "." path}'") set;
  setAttrByPath =
    path: value:
    if path == [ ] then value else { ${lists.head path} = setAttrByPath (lists.tail path) value; };

  isDerivation = value: value.type or null == "derivation";
  getOutput = _: package: package;
  getBin = package: package;
  getLib = package: package;
  getExe = package: "${package}/bin/${package.meta.mainProgram or package.pname or package.name}";
  getExe' = package: name: "${package}/bin/${name}";
  recurseIntoAttrs = set: set // { recurseForDerivations = true; };
}
