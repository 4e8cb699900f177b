rec {
  inherit (builtins)
    functionArgs
    isFunction
    isInt
    isFloat
    isBool
    fromJSON
    toJSON
    trace
    seq
    deepSeq
    lessThan
    add
    sub
    mul
    div
    toPath
    currentSystem
    ;

  id = x: x;
  const = x: _: x;
  flip = f: a: b: f b a;
  pipe = builtins.foldl' (x: f: f x);
  fix =
    f:
    let
      x = f x;
    in
    x;
  extends =
    overlay: f: final:
    let
      prev = f final;
    in
    prev // overlay final prev;
  composeExtensions =
    f: g: final: prev:
    let
      a = f final prev;
    in
    a // g final (prev // a);
  composeManyExtensions = builtins.foldl' composeExtensions (_: _: { });

  min = a: b: if a < b then a else b;
  max = a: b: if a > b then a else b;
  mod = a: b: a - b * (a / b);
  bitAnd = builtins.bitAnd;
  boolToString = value: if value then "true" else "false";

  warn = message: builtins.trace "evaluation warning: ${message}";
  warnIf = condition: message: if condition then warn message else id;
  throwIf = condition: message: if condition then throw message else id;
  throwIfNot = condition: throwIf (!condition);
  assertMsg = condition: message: condition || throw message;

  importJSON = path: builtins.fromJSON (builtins.readFile path);
  importTOML = path: builtins.fromTOML (builtins.readFile path);

  setFunctionArgs = f: args: {
    __functor = _: f;
    __functionArgs = args;
  };
  toFunction = value: if builtins.isFunction value then value else _: value;

  release = "25.11";
  codeName = "Pocket";
  versionSuffix = ".20260101.0000000";
  version = release + versionSuffix;
  inNixShell = false;

  # What `stdenv.hostPlatform` tells of "x86_64-linux".
  systemOf = system: rec {
    inherit system;
    config = system;
    isLinux = builtins.match ".*-linux" system != null;
    isDarwin = !isLinux;
    isx86_64 = builtins.match "x86_64-.*" system != null;
    isAarch64 = builtins.match "aarch64-.*" system != null;
  };
}
