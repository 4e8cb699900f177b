{ lib, modules }:
let
  inherit (lib)
    all
    concatMap
    head
    isAttrs
    isList
    length
    mapAttrs
    zipAttrsWith
    ;
  inherit (modules)
    evalModules
    mergeDefinitions
    showDefinitions
    showOption
    ;

  type =
    name: description: check:
    {
      merge ? mergeEqual,
      ...
    }@rest:
    {
      _type = "option-type";
      inherit
        name
        description
        check
        merge
        ;
      getSubOptions = _: { };
    }
    // rest;

  # Every definition must say the same.
  mergeEqual =
    loc: definitions:
    let
      first = (head definitions).value;
    in
    if all (d: d.value == first) definitions then
      first
    else
      throw "The option `${showOption loc}' has conflicting definition values:${showDefinitions definitions}\nUse `lib.mkForce value` or `lib.mkDefault value` to change the priority on any of these definitions.";

  mergeOne =
    loc: definitions:
    if length definitions == 1 then
      (head definitions).value
    else
      throw "The option `${showOption loc}' is defined multiple times while it's expected to be unique.\nDefinition values:${showDefinitions definitions}\nUse `lib.mkForce value` or `lib.mkDefault value` to change the priority on any of these definitions.";

  joined = separator: _: definitions: lib.concatMapStringsSep separator (d: d.value) definitions;

  # { name = [ definition ... ] } of definitions whose values are sets.
  byName =
    definitions:
    zipAttrsWith (_: values: values) (
      map (d: mapAttrs (_: value: { inherit (d) file; inherit value; }) d.value) definitions
    );
  pushDown = concatMap (d: map (value: { inherit (d) file; inherit value; }) (lib.pushDownProperties d.value));

  between =
    low: high:
    type "intBetween" "integer between ${toString low} and ${toString high} (both inclusive)" (
      x: builtins.isInt x && x >= low && x <= high
    ) { };
  unsignedBits =
    bits: high:
    type "unsignedInt${toString bits}"
      "${toString bits} bit unsigned integer; between 0 and ${toString high} (both inclusive)"
      (x: builtins.isInt x && x >= 0 && x <= high)
      { };
  isStringLike = x: builtins.isString x || (isAttrs x && (x ? outPath || x ? __toString)) || builtins.isPath x;
in
rec {
  mkOptionType =
    {
      name,
      description ? name,
      check ? _: true,
      merge ? mergeEqual,
      ...
    }@rest:
    type name description check (removeAttrs rest [ "name" "description" "check" ] // { inherit merge; });

  raw = type "raw" "raw value" (_: true) { merge = mergeOne; };
  unspecified = type "unspecified" "unspecified value" (_: true) {
    merge = _: definitions: (lib.last definitions).value;
  };
  bool = type "bool" "boolean" builtins.isBool { };
  int = type "int" "signed integer" builtins.isInt { };
  float = type "float" "floating point number" builtins.isFloat { };
  number = either int float;
  ints = {
    inherit between;
    unsigned = type "unsignedInt" "unsigned integer, meaning >=0" (x: builtins.isInt x && x >= 0) { };
    positive = type "positiveInt" "positive integer, meaning >0" (x: builtins.isInt x && x > 0) { };
    u8 = unsignedBits 8 255;
    u16 = unsignedBits 16 65535;
    u32 = unsignedBits 32 4294967295;
  };
  port = ints.u16;
  str = type "str" "string" builtins.isString { };
  singleLineStr = strMatching "[^\n\r]*\n?";
  nonEmptyStr = type "nonEmptyStr" "non-empty string" (x: builtins.isString x && builtins.match "[ \t\n]*" x == null) { };
  strMatching =
    pattern:
    type "strMatching" "string matching the pattern ${pattern}" (
      x: builtins.isString x && builtins.match pattern x != null
    ) { };
  separatedString =
    separator: type "separatedString" "strings concatenated with ${builtins.toJSON separator}" builtins.isString { merge = joined separator; };
  lines = separatedString "\n";
  commas = separatedString ",";
  envVar = separatedString ":";
  path = type "path" "absolute path" (x: isStringLike x && builtins.substring 0 1 (toString x) == "/") { };
  pathInStore = path;
  package = type "package" "package" (x: lib.isDerivation x || (isStringLike x && lib.hasPrefix "/nix/store/" (toString x))) {
    merge = mergeOne;
  };
  shellPackage = package;
  pkgs = type "pkgs" "Nixpkgs package set" isAttrs { merge = mergeOne; };
  attrs = type "attrs" "attribute set" isAttrs {
    emptyValue.value = { };
    merge = _: lib.foldl' (merged: d: merged // d.value) { };
  };

  listOf =
    element:
    type "listOf" "list of ${element.description}" isList {
      emptyValue.value = [ ];
      merge =
        loc: definitions:
        concatMap (
          d:
          concatMap (
            value:
            let
              merged = mergeDefinitions loc element [ { inherit (d) file; inherit value; } ];
            in
            lib.optional merged.isDefined merged.value
          ) d.value
        ) definitions;
      nestedTypes.elemType = element;
      getSubOptions = prefix: element.getSubOptions (prefix ++ [ "*" ]);
    };
  nonEmptyListOf = element: addCheck (listOf element) (list: list != [ ]);

  attrsOf = attributesOf "attrsOf" "attribute set of" (lib.filterAttrs (_: merged: merged.isDefined));
  # Names without a condition: a value may depend on another value of the same set.
  lazyAttrsOf = attributesOf "lazyAttrsOf" "lazy attribute set of" (set: set);
  attributesOf =
    name: description: select: element:
    type name "${description} ${element.description}" isAttrs {
      emptyValue.value = { };
      merge =
        loc: definitions:
        mapAttrs (_: merged: merged.value) (
          select (mapAttrs (key: mergeDefinitions (loc ++ [ key ]) element) (byName (pushDown definitions)))
        );
      nestedTypes.elemType = element;
      getSubOptions = prefix: element.getSubOptions (prefix ++ [ "<name>" ]);
    };

  # Sets are merged, lists are joined, functions and everything else must be equal.
  anything = type "anything" "anything" (_: true) {
    merge =
      loc: definitions:
      let
        everyIs = predicate: all (d: predicate d.value) definitions;
      in
      if everyIs (x: isAttrs x && !(lib.isDerivation x)) then
        (attrsOf anything).merge loc definitions
      else if everyIs isList then
        if length definitions == 1 then (head definitions).value else concatMap (d: d.value) definitions
      else if length definitions == 1 then
        (head definitions).value
      else
        mergeEqual loc definitions;
  };

  nullOr =
    element:
    type "nullOr" "null or ${element.description}" (x: x == null || element.check x) {
      emptyValue.value = null;
      inherit (element) getSubOptions;
      merge =
        loc: definitions:
        if all (d: d.value == null) definitions then
          null
        else if all (d: d.value != null) definitions then
          element.merge loc definitions
        else
          throw "The option `${showOption loc}' is defined both null and not null, in ${toString (map (d: d.file) definitions)}.";
    };
  enum =
    values:
    type "enum" "one of ${lib.concatMapStringsSep ", " builtins.toJSON values}" (x: builtins.elem x values) { };
  either =
    a: b:
    type "either" "${a.description} or ${b.description}" (x: a.check x || b.check x) {
      merge =
        loc: definitions:
        if all (d: a.check d.value) definitions then
          a.merge loc definitions
        else if all (d: b.check d.value) definitions then
          b.merge loc definitions
        else
          mergeEqual loc definitions;
    };
  oneOf = types: lib.foldl' either (head types) (lib.drop 1 types);
  coercedTo =
    from: convert: to:
    type "coercedTo" "${to.description} or ${from.description} convertible to it" (x: to.check x || from.check x) {
      inherit (to) getSubOptions;
      merge =
        loc: definitions:
        to.merge loc (map (d: if from.check d.value then d // { value = convert d.value; } else d) definitions);
    };
  uniq = element: element // { merge = mergeOne; };
  unique = _: uniq;
  addCheck = element: check: element // { check = x: element.check x && check x; };
  functionTo =
    result:
    type "functionTo" "function that evaluates to a(n) ${result.description}" builtins.isFunction {
      merge =
        loc: definitions: argument:
        (mergeDefinitions loc result (map (d: d // { value = d.value argument; }) definitions)).value;
    };
  optionType = raw;
  deferredModule = type "deferredModule" "module" (_: true) {
    merge = _: definitions: { imports = map (d: d.value) definitions; };
  };

  submodule = module: submoduleWith { modules = lib.toList module; };
  submoduleWith =
    {
      modules,
      specialArgs ? { },
      shorthandOnlyDefinesConfig ? true,
      ...
    }@arguments:
    type "submodule" "submodule" (x: isAttrs x || builtins.isFunction x || builtins.isPath x) {
      inherit modules;
      withModules = more: submoduleWith (arguments // { modules = modules ++ more; });
      emptyValue.value = { };
      merge =
        loc: definitions:
        (evalModules {
          modules =
            modules
            ++ [ { _module.args.name = lib.mkOptionDefault (lib.last loc); } ]
            ++ map (
              d:
              if isAttrs d.value && shorthandOnlyDefinesConfig then
                {
                  _file = d.file;
                  config = d.value;
                }
              else
                {
                  _file = d.file;
                  imports = [ d.value ];
                }
            ) definitions;
          inherit specialArgs;
          prefix = loc;
        }).config;
      getSubOptions =
        prefix:
        (evalModules { inherit modules prefix specialArgs; }).options;
    };
}
