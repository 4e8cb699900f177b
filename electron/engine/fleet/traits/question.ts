import { z } from 'zod';
import { usedModule } from '../../../../shared/contract/host.ts';
import type { HostQuestion } from '../host-questions.ts';
import type { Kind } from '../kinds/kind.ts';

/** What nix tells; `files` are named as nix names them. */
const answer = z.object({
  hostName: z.string().nullable(),
  stateVersion: z.string().nullable(),
  role: z.string().nullable(),
  uses: z.array(usedModule),
  files: z.array(z.string()),
});
export type TraitsAnswer = z.infer<typeof answer>;

/**
 * Nix: `outputs → name → node → traits`. Every fact is asked for by itself, so that one that throws hides no other.
 *
 * Files: where the host is declared, then the modules that nixpkgs' `evalModules` lists in `graph` (since 25.11) without
 * looking into those of nixpkgs itself; an older nixpkgs tells only which files define options, so the files of options
 * that nearly every host sets stand for them.
 */
const traitsOf = `(outputs: name: node: let
    inherit (builtins) attrNames concatMap deepSeq elem filter genericClosure head isAttrs isString listToAttrs map match
      stringLength substring tail toString tryEval unsafeGetAttrPos;
    quiet = fallback: value: let attempt = tryEval (deepSeq value value); in if attempt.success then attempt.value else fallback;
    text = value: let found = quiet null value; in if isString found then found else null;
    config = node.config or { };
    options = node.options or { };
    given = let found = tryEval (config._module.specialArgs or node._module.specialArgs or { }); in
      if found.success && isAttrs found.value then found.value else { };
    listed = let found = tryEval (outputs.hosts.\${name} or { }); in
      if found.success && isAttrs found.value then found.value else { };
    first = names: sets: let
      found = filter (value: value != null) (concatMap (set: map (key: text (set.\${key} or null)) names) sets);
    in if found == [ ] then null else head found;

    modulesPath = text (given.modulesPath or null);
    isOfNixpkgs = file: if modulesPath != null
      then substring 0 (stringLength modulesPath) file == modulesPath
      else match ".*/nixos/(modules|lib)/.*" file != null;
    graphFiles = map (module: module.file) (genericClosure {
      startSet = nodesOf (node.graph or [ ]);
      operator = module: nodesOf module.imports;
    });
    nodesOf = modules: filter (module: !module.disabled && !(isOfNixpkgs module.file)) (map (module: {
      key = toString module.key; file = toString module.file; inherit (module) imports disabled;
    }) modules);
    definedIn = path: let
      go = value: names: if !(isAttrs value) then [ ]
        else if value._type or null == "option" then value.files or [ ]
        else if names != [ ] && value ? \${head names} then go value.\${head names} (tail names) else [ ];
    in quiet [ ] (filter (file: !(isOfNixpkgs file)) (map toString (go options path)));
    declared = set: let position = quiet null (unsafeGetAttrPos name (if isAttrs set then set else { })); in
      if position == null then [ ] else [ position.file ];
    isDeclared = path: quiet false (let go = value: names:
      names == [ ] || (isAttrs value && value ? \${head names} && go value.\${head names} (tail names)); in go options path);
    files = concatMap (set: quiet [ ] (declared set)) [
      (outputs.nixosConfigurations or { }) (outputs.colmena or { }) (outputs.deploy.nodes or { })
    ] ++ quiet [ ] graphFiles ++ concatMap definedIn [
      [ "networking" "hostName" ] [ "system" "stateVersion" ] [ "time" "timeZone" ] [ "users" "users" ]
      [ "fileSystems" ] [ "disko" "devices" ] [ "boot" "initrd" "availableKernelModules" ]
      [ "boot" "loader" "grub" "device" ] [ "boot" "loader" "systemd-boot" "enable" ] [ "deployment" "targetHost" ]
      [ "environment" "systemPackages" ] [ "networking" "firewall" "allowedTCPPorts" ] [ "nix" "settings" ]
      [ "services" "openssh" "enable" ] [ "services" "nginx" "enable" ]
    ];
  in {
    hostName = text (config.networking.hostName or null);
    stateVersion = text (config.system.stateVersion or null);
    role = first [ "type" "role" "hostType" "machineType" ] [ given listed ];
    uses = filter (each: each != null) [
      (if isDeclared [ "disko" ] then "disko" else null)
      (if isDeclared [ "sops" ] then "sops-nix" else null)
      (if isDeclared [ "age" ] then "agenix" else null)
      (if isDeclared [ "home-manager" ] then "home-manager" else null)
    ];
    files = attrNames (listToAttrs (map (file: { name = builtins.unsafeDiscardStringContext file; value = null; }) files));
  })`;

/** Asks what a host's configuration tells; the kind must have a `node`. */
export function traitsQuestion(kind: Kind & { readonly node: string }, name: string): HostQuestion<TraitsAnswer> {
  return {
    name,
    key: `traits ${kind.kind}`,
    read: `(outputs: name: ${traitsOf} outputs name (${kind.node} outputs name))`,
    evaluatesModules: true,
    parse: (value) => answer.parse(value),
  };
}
