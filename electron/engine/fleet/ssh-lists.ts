import { z } from 'zod';

/** What {@link sshListsFunction} gives as `lists`. */
const patterns = z.array(z.string()).readonly();
export const sshLists = z.object({
  DenyUsers: patterns,
  AllowUsers: patterns,
  DenyGroups: patterns,
  AllowGroups: patterns,
});

/**
 * Nix: `config → { lists; groupsOf = user → groups; }`: whom a configuration's SSH server lets in at all, from its
 * settings and from what `extraConfig` says of everybody (before its first `Match`, where keywords have any case).
 */
export const sshListsFunction = `(config: let
  inherit (builtins) attrNames concatMap elem filter head isList isString match split toString;
  ssh = config.services.openssh or { };
  settings = ssh.settings or { };
  words = text: filter (word: isString word && word != "") (split "[[:space:]]+" text);
  forAll = head (split "\\n[ \\t]*[Mm][Aa][Tt][Cc][Hh][ \\t]" ("\\n" + (ssh.extraConfig or "")));
  lines = filter isString (split "\\n" forAll);
  list = name: keyword: let
    set = settings.\${name} or null;
    said = line: let found = match "[ \\t]*\${keyword}[ \\t]+(.*)" line; in if found == null then [ ] else words (head found);
  in (if isList set then map toString set else if isString set then words set else [ ]) ++ concatMap said lines;
in {
  lists = {
    DenyUsers = list "DenyUsers" "[Dd]eny[Uu]sers";
    AllowUsers = list "AllowUsers" "[Aa]llow[Uu]sers";
    DenyGroups = list "DenyGroups" "[Dd]eny[Gg]roups";
    AllowGroups = list "AllowGroups" "[Aa]llow[Gg]roups";
  };
  groupsOf = name: let
    user = config.users.users.\${name} or { };
    own = user.group or "";
    groups = config.users.groups or { };
  in filter (group: group != "") [ (if name == "root" && own == "" then "root" else own) ] ++ (user.extraGroups or [ ])
    ++ filter (group: elem name (groups.\${group}.members or [ ])) (attrNames groups);
})`;
