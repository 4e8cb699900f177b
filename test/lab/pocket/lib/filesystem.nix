{ lists }:
rec {
  inherit (builtins) pathExists readDir readFile;
  pathType = path: if builtins.pathExists path then builtins.readFileType path else null;
  pathIsDirectory = path: pathType path == "directory";
  pathIsRegularFile = path: pathType path == "regular";
  listFilesRecursive =
    folder:
    lists.concatMap (
      name:
      let
        path = folder + "/${name}";
      in
      if pathIsDirectory path then listFilesRecursive path else [ path ]
    ) (builtins.attrNames (builtins.readDir folder));
  packagesFromDirectoryRecursive =
    { callPackage, directory }:
    builtins.mapAttrs (name: _: callPackage (directory + "/${name}") { }) (builtins.readDir directory);
}
