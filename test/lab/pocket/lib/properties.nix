# Wrappers round values of options: conditions, several at once, priorities, order.
rec {
  mkIf = condition: content: {
    _type = "if";
    inherit condition content;
  };
  mkMerge = contents: {
    _type = "merge";
    inherit contents;
  };
  mkOverride = priority: content: {
    _type = "override";
    inherit priority content;
  };
  mkForce = mkOverride 50;
  mkVMOverride = mkOverride 10;
  mkDefault = mkOverride 1000;
  mkOptionDefault = mkOverride 1500;
  mkOrder = priority: content: {
    _type = "order";
    inherit priority content;
  };
  mkBefore = mkOrder 500;
  mkAfter = mkOrder 1500;
  mkAssert = condition: message: content: if condition then content else throw message;
  mkDefinition = definition: definition // { _type = "definition"; };
  defaultPriority = 100;
  defaultOrderPriority = 1000;

  # Nix values that stand for the attributes within: [{ services.x = mkIf c v; }] instead of mkIf c { services.x = v; }.
  pushDownProperties =
    value:
    let
      type = value._type or null;
    in
    if type == "merge" then
      builtins.concatMap pushDownProperties value.contents
    else if type == "if" then
      map (builtins.mapAttrs (_: mkIf value.condition)) (pushDownProperties value.content)
    else if type == "override" then
      map (builtins.mapAttrs (_: mkOverride value.priority)) (pushDownProperties value.content)
    else
      [ value ];

  # The values that are left when conditions have been asked.
  dischargeProperties =
    value:
    let
      type = value._type or null;
    in
    if type == "merge" then
      builtins.concatMap dischargeProperties value.contents
    else if type == "if" then
      if builtins.isBool value.condition then
        (if value.condition then dischargeProperties value.content else [ ])
      else
        throw "‘mkIf’ called with a non-Boolean condition"
    else
      [ value ];

  # Only the definitions with the strongest priority (the smallest number), without the wrapper.
  filterOverrides =
    definitions:
    let
      priorityOf = d: if d.value._type or null == "override" then d.value.priority else defaultPriority;
      strongest = builtins.foldl' (best: d: if priorityOf d < best then priorityOf d else best) 9999 definitions;
      strip = d: if d.value._type or null == "override" then d // { value = d.value.content; } else d;
    in
    map strip (builtins.filter (d: priorityOf d == strongest) definitions);

  sortProperties =
    definitions:
    let
      isOrdered = d: d.value._type or null == "order";
      unwrapped = map (
        d:
        if isOrdered d then
          d
          // {
            value = d.value.content;
            order = d.value.priority;
          }
        else
          d // { order = defaultOrderPriority; }
      ) definitions;
    in
    if builtins.any isOrdered definitions then builtins.sort (a: b: a.order < b.order) unwrapped else definitions;
}
