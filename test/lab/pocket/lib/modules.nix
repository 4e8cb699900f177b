# A small module system: options with types, definitions merged by priority, and NixOS's own words for mistakes.
{ lib, fullLib }:
let
  inherit (builtins)
    addErrorContext
    concatLists
    concatMap
    isAttrs
    isFunction
    length
    mapAttrs
    zipAttrsWith
    ;
  inherit (lib)
    dischargeProperties
    filterOverrides
    pushDownProperties
    sortProperties
    ;

  isOption = value: isAttrs value && value._type or null == "option";
  showOption = builtins.concatStringsSep ".";

  showDefinitions = lib.concatMapStrings (
    definition:
    let
      lines = lib.splitString "\n" (lib.generators.toPretty { } definition.value);
      shown = lib.take 6 lines ++ lib.optional (length lines > 6) "...";
    in
    "\n- In `${definition.file}':"
    + (if length lines == 1 then " ${lib.head lines}" else lib.concatMapStrings (line: "\n    ${line}") shown)
  );

  # Something that may stand in `imports`, as { file, key, imports, options, config, freeformType }.
  loadModule =
    arguments: parentFile: fallbackKey: module:
    if isAttrs module && !(module ? __functor) then
      unify parentFile fallbackKey module
    else if isFunction module || isAttrs module then
      unify parentFile fallbackKey (callModule arguments parentFile module)
    else
      let
        file = toString module;
        content = import module;
      in
      unify file file (if isFunction content then callModule arguments file content else content);

  callModule =
    arguments: file: f:
    let
      named = mapAttrs (
        name: _:
        addErrorContext "while evaluating the module argument `${name}' in \"${file}\":" (
          arguments.${name} or arguments.config._module.args.${name}
        )
      ) (if isFunction f then builtins.functionArgs f else f.__functionArgs or { });
    in
    f (arguments // named);

  unify =
    parentFile: fallbackKey: module:
    let
      file = module._file or parentFile;
      structural = [
        "_file"
        "key"
        "imports"
        "require"
        "disabledModules"
        "options"
        "config"
        "freeformType"
        "meta"
        "_class"
      ];
      isFull = module ? config || module ? options;
      stray = removeAttrs module structural;
      content =
        if module ? _type then
          module
        else if isFull then
          module.config or { }
        else
          removeAttrs module (lib.remove "meta" structural);
    in
    if isFull && stray != { } then
      throw "Module `${file}' has an unsupported attribute `${lib.head (builtins.attrNames stray)}'. This is caused by introducing a top-level `config' or `options' attribute. Add configuration attributes immediately on the top level instead, or move all of them (namely: ${toString (builtins.attrNames stray)}) into the explicit `config' attribute."
    else
      {
        inherit file;
        key = toString (module.key or fallbackKey);
        imports = module.imports or [ ];
        options = module.options or { };
        config =
          if module ? freeformType then
            lib.mkMerge [
              content
              { _module.freeformType = module.freeformType; }
            ]
          else
            content;
      };

  loadModules =
    arguments: parent:
    lib.imap1 (
      n: module:
      let
        loaded = loadModule arguments parent.file "${parent.key}:anon-${toString n}" module;
      in
      {
        inherit (loaded) key;
        module = loaded;
      }
    );
  outside = {
    file = "<unknown-file>";
    key = "";
  };

  # All modules with what they import, each file once.
  collectModules =
    arguments: modules:
    map (entry: entry.module) (
      builtins.genericClosure {
        startSet = loadModules arguments outside modules;
        operator = entry: loadModules arguments entry.module entry.module.imports;
      }
    );

  # Which module imports which.
  moduleGraph =
    arguments: parent: modules:
    map (
      { key, module }:
      {
        inherit key;
        inherit (module) file;
        disabled = false;
        imports = moduleGraph arguments module module.imports;
      }
    ) (loadModules arguments parent modules);

  # Declarations and definitions below `prefix` to { config, options, unmatched }.
  mergeModules =
    prefix: declarations: definitions:
    let
      declared = zipAttrsWith (_: values: values) (
        map (d: mapAttrs (_: option: { inherit (d) file; inherit option; }) d.options) declarations
      );
      defined = zipAttrsWith (_: concatLists) (
        map (
          d:
          if isAttrs d.value then
            mapAttrs (_: value: [ { inherit (d) file; inherit value; } ]) d.value
          else
            throw "The option `${showOption prefix}' has no value of its own, only options below it, but it is defined:${showDefinitions [ d ]}"
        ) definitions
      );
      matched = mapAttrs (
        name: declarationsOfName:
        let
          loc = prefix ++ [ name ];
          definitionsOfName = defined.${name} or [ ];
          parts = lib.partition (d: isOption d.option) declarationsOfName;
          deeper = mergeModules loc (map (d: {
            inherit (d) file;
            options = d.option;
          }) declarationsOfName) (pushDown definitionsOfName);
          option = evaluateOption loc (parts.right ++ map nestedAsSubmodule parts.wrong) definitionsOfName;
        in
        if parts.right == [ ] then
          deeper
        else if lib.all (d: d.option.type ? withModules) parts.right || parts.wrong == [ ] then
          {
            config = option.value;
            options = option;
            unmatched = [ ];
          }
        else
          throw "The option `${showOption loc}' in `${(lib.head parts.right).file}' is a prefix of options in `${(lib.head parts.wrong).file}'."
      ) declared;
      strangers = removeAttrs defined (builtins.attrNames declared);
    in
    {
      config = mapAttrs (_: m: m.config) matched;
      options = mapAttrs (_: m: m.options) matched;
      unmatched =
        concatMap (m: m.unmatched) (builtins.attrValues matched)
        ++ concatLists (lib.mapAttrsToList (name: map (d: d // { prefix = prefix ++ [ name ]; })) strangers);
    };

  pushDown = concatMap (d: map (value: { inherit (d) file; inherit value; }) (pushDownProperties d.value));

  nestedAsSubmodule = declaration: declaration // { option = { extraModules = [ { options = declaration.option; } ]; }; };

  mergeDeclarations =
    loc: declarations:
    lib.foldl' (
      merged: declaration:
      let
        new = declaration.option;
        twice = builtins.intersectAttrs (removeAttrs new [
          "_type"
          "type"
          "extraModules"
        ]) (removeAttrs merged [ "_type" "type" "declarations" ]);
        type =
          if new ? extraModules then
            merged.type.withModules new.extraModules
          else if new.type ? withModules && merged.type ? modules then
            merged.type.withModules new.type.modules
          else
            new.type or merged.type;
      in
      if merged == { } then
        new // { declarations = [ declaration.file ]; }
      else if twice != { } then
        throw "The option `${showOption loc}' in `${declaration.file}' is already declared in `${lib.head merged.declarations}'."
      else
        removeAttrs (merged // new) [ "extraModules" ]
        // {
          inherit type;
          declarations = merged.declarations ++ [ declaration.file ];
        }
    ) { } declarations;

  evaluateOption =
    loc: declarations: definitions:
    let
      option = mergeDeclarations loc declarations;
      type = option.type or lib'.anything;
      withDefault =
        lib.optional (option ? default) {
          file = lib.head option.declarations;
          value = lib.mkOptionDefault option.default;
        }
        ++ definitions;
      merged = mergeDefinitions loc type withDefault;
      value =
        if option.readOnly or false && length definitions > (if option ? default then 0 else 1) then
          throw "The option `${showOption loc}' is read-only, but it's set multiple times. Definition values:${showDefinitions definitions}"
        else
          merged.value;
    in
    option
    // {
      _type = "option";
      inherit loc type;
      inherit (merged) isDefined;
      value = addErrorContext "while evaluating the option `${showOption loc}':" (
        if option ? apply then option.apply value else value
      );
      files = map (d: d.file) merged.definitions;
      definitions = map (d: d.value) merged.definitions;
      definitionsWithLocations = merged.definitions;
    };

  # What a type's own values are merged with too: lists' elements, sets' values.
  mergeDefinitions =
    loc: type: raw:
    let
      discharged = concatMap (d: map (value: d // { inherit value; }) (dischargeProperties d.value)) raw;
      definitions = sortProperties (filterOverrides discharged);
      wrong = lib.filter (d: !(type.check d.value)) definitions;
    in
    {
      inherit definitions;
      isDefined = definitions != [ ];
      value =
        if definitions == [ ] then
          type.emptyValue.value
            or (throw "The option `${showOption loc}' was accessed but has no value defined. Try setting the option.")
        else if wrong != [ ] then
          throw "A definition for option `${showOption loc}' is not of type `${type.description}'. Definition values:${showDefinitions wrong}"
        else
          type.merge loc definitions;
    };

  # Used for options without a type.
  lib'.anything = {
    description = "unspecified value";
    check = _: true;
    merge = _: definitions: (lib.last definitions).value;
  };

  internalOptions =
    let
      internal = default: type: {
        _type = "option";
        inherit default type;
        internal = true;
      };
      last = lib'.anything;
    in
    {
      _module = {
        args = internal { } (
          last
          // {
            merge =
              loc: definitions:
              mapAttrs (_: parts: (mergeDefinitions loc last parts).value) (
                zipAttrsWith (_: values: values) (
                  map (d: mapAttrs (_: value: { inherit (d) file; inherit value; }) d.value) definitions
                )
              );
          }
        );
        check = internal true last;
        freeformType = internal null last;
        specialArgs = internal { } last;
      };
    };

  strangerMessage =
    prefix: options: stranger:
    let
      parent = lib.drop (length prefix) (lib.init stranger.prefix);
      siblings = builtins.attrNames (removeAttrs (lib.attrByPath parent { } options) [ "_module" ]);
      wanted = lib.last stranger.prefix;
      byDistance = lib.sortOn (name: lib.levenshtein wanted name) siblings;
      near = map (name: "`${showOption (lib.init stranger.prefix ++ [ name ])}'") (lib.take 3 byDistance);
      suggestion =
        if length near < 2 then lib.concatStrings near else "${lib.concatStringsSep ", " (lib.init near)} or ${lib.last near}";
    in
    "The option `${showOption stranger.prefix}' does not exist. Definition values:${showDefinitions [ stranger ]}"
    + lib.optionalString (near != [ ]) "\n\nDid you mean ${suggestion}?";

  evalModules =
    {
      modules,
      specialArgs ? { },
      prefix ? [ ],
      class ? null,
      check ? true,
      args ? { },
    }@call:
    let
      arguments = {
        lib = fullLib;
        inherit config options;
      }
      // specialArgs;
      collected = collectModules arguments modules;
      internal = {
        file = "lib/modules.nix";
        options = internalOptions;
        config = {
          _module.args = args;
          _module.specialArgs = specialArgs;
        };
      };
      all = collected ++ [ internal ];
      merged = mergeModules prefix all (pushDown (map (m: { inherit (m) file; value = m.config; }) all));
      strip = d: lib.drop (length prefix) d.prefix;
      freeformType = merged.config._module.freeformType;
      freeform = freeformType.merge prefix (
        map (d: { inherit (d) file; value = lib.setAttrByPath (strip d) d.value; }) merged.unmatched
      );
      config =
        if freeformType == null || merged.unmatched == [ ] then
          merged.config
        else
          lib.recursiveUpdate freeform merged.config;
      options = merged.options;
      checked =
        value:
        if check && config._module.check && freeformType == null && merged.unmatched != [ ] then
          throw (strangerMessage prefix options (lib.head merged.unmatched))
        else
          value;
    in
    {
      _type = "configuration";
      inherit class;
      options = checked options;
      config = checked (removeAttrs config [ "_module" ]);
      _module = checked config._module;
      graph = moduleGraph arguments outside modules;
      extendModules =
        {
          modules ? [ ],
          specialArgs ? { },
          prefix ? [ ],
        }:
        evalModules (
          call
          // {
            modules = call.modules ++ modules;
            specialArgs = call.specialArgs or { } // specialArgs;
          }
        );
    };
in
{
  inherit
    evalModules
    isOption
    mergeDefinitions
    showDefinitions
    showOption
    ;
  setDefaultModuleLocation = file: module: {
    _file = file;
    imports = [ module ];
  };
}
