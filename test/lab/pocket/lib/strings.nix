{ lists }:
rec {
  inherit (builtins)
    compareVersions
    concatStringsSep
    isString
    match
    replaceStrings
    split
    stringLength
    substring
    ;

  concatStrings = concatStringsSep "";
  concatMapStrings = f: list: concatStrings (map f list);
  concatMapStringsSep = separator: f: list: concatStringsSep separator (map f list);
  concatMapAttrsStringSep =
    separator: f: set:
    concatStringsSep separator (map (name: f name set.${name}) (builtins.attrNames set));
  concatImapStringsSep = separator: f: list: concatStringsSep separator (lists.imap1 f list);
  concatLines = concatMapStrings (line: line + "\n");
  optionalString = condition: text: if condition then text else "";
  hasPrefix = prefix: text: substring 0 (stringLength prefix) text == prefix;
  hasSuffix =
    suffix: text:
    let
      start = stringLength text - stringLength suffix;
    in
    start >= 0 && substring start (-1) text == suffix;
  hasInfix = infix: text: builtins.length (split (escapeRegex infix) text) > 1;
  removePrefix =
    prefix: text: if hasPrefix prefix text then substring (stringLength prefix) (-1) text else text;
  removeSuffix =
    suffix: text:
    if hasSuffix suffix text then substring 0 (stringLength text - stringLength suffix) text else text;
  stringToCharacters = text: lists.genList (n: substring n 1 text) (stringLength text);
  stringAsChars = f: text: concatMapStrings f (stringToCharacters text);
  splitString = separator: text: builtins.filter isString (split (escapeRegex separator) (toString text));
  escape = characters: replaceStrings characters (map (c: "\\" + c) characters);
  escapeRegex = escape (stringToCharacters "\\[{()^$?*+|.");
  escapeShellArg = text: "'" + replaceStrings [ "'" ] [ "'\\''" ] (toString text) + "'";
  escapeShellArgs = concatMapStringsSep " " escapeShellArg;
  escapeNixString = text: escape [ "$" ] (builtins.toJSON text);
  lowerLetters = stringToCharacters "abcdefghijklmnopqrstuvwxyz";
  upperLetters = stringToCharacters "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  toLower = replaceStrings upperLetters lowerLetters;
  toUpper = replaceStrings lowerLetters upperLetters;
  trim =
    text:
    let
      inner = match "[ \t\n\r]*(.*[^ \t\n\r])[ \t\n\r]*" text;
    in
    if inner == null then "" else builtins.head inner;
  toInt = text: builtins.fromJSON (trim text);
  fixedWidthString =
    width: filler: text:
    if stringLength text < width then fixedWidthString width filler (filler + text) else text;
  fixedWidthNumber = width: number: fixedWidthString width "0" (toString number);
  fileContents = path: removeSuffix "\n" (builtins.readFile path);
  versionOlder = a: b: compareVersions b a == 1;
  versionAtLeast = a: b: !(versionOlder a b);
  versions = {
    major = version: builtins.head (builtins.splitVersion version);
    majorMinor = version: concatStringsSep "." (lists.take 2 (builtins.splitVersion version));
  };
  makeBinPath = concatMapStringsSep ":" (package: "${package}/bin");
  sanitizeDerivationName =
    name: concatMapStrings (part: if isString part then part else "-") (split "[^[:alnum:]+._?=-]+" name);

  # Number of single-letter changes from one word to another, row by row.
  levenshtein =
    a: b:
    let
      lettersOfB = stringToCharacters b;
      nextRow =
        row: letter:
        builtins.foldl' (
          done: column:
          let
            here = lists.last done;
            costs = [
              (here + 1)
              (builtins.elemAt row (column + 1) + 1)
              (builtins.elemAt row column + (if builtins.elemAt lettersOfB column == letter then 0 else 1))
            ];
          in
          done ++ [ (builtins.head (builtins.sort builtins.lessThan costs)) ]
        ) [ (builtins.head row + 1) ] (lists.range 0 (builtins.length lettersOfB - 1));
    in
    lists.last (builtins.foldl' nextRow (lists.range 0 (builtins.length lettersOfB)) (stringToCharacters a));
}
