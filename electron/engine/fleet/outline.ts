import { z } from 'zod';
import type { HostQuestion } from './host-questions.ts';
import type { FleetFolder } from './folder.ts';

/** Where nix says that an attribute was written. `file` is as nix names it, mostly a path in its store. */
export const nixPosition = z.object({ file: z.string(), line: z.int(), column: z.int() });
export type NixPosition = z.infer<typeof nixPosition>;

const position = nixPosition.nullable();

/**
 * Where the declarations of a host are written, without evaluating its modules. null: it is not there, or it was made
 * by a function that drops positions (`mapAttrs`), or it is inside a module.
 */
const hostOutline = z.object({
  /** The attribute of the host itself in each output. */
  nixosConfigurations: position,
  hive: position,
  deployNode: position,
  /** Attributes of the raw hive's `deployment`, where the node is a set that says it directly. */
  deployment: z.record(z.string(), position),
  /** deploy-rs: `hostname` and `sshUser`, at the level that counts. */
  hostname: position,
  sshUser: position,
  /** deploy-rs's time limits as written, with the level (`deploy`, the node, the profile). */
  timeouts: z.array(z.object({ key: z.string(), value: z.number(), level: z.string(), position })),
});
export type HostOutline = z.infer<typeof hostOutline>;

const outlineOf = (hive: string): string => `(outputs: name: let
    quiet = fallback: value: let attempt = builtins.tryEval value; in if attempt.success then attempt.value else fallback;
    set = value: let found = quiet { } value; in if builtins.isAttrs found then found else { };
    at = key: value: let found = builtins.unsafeGetAttrPos key value; in
      if found == null then null else { inherit (found) file line column; };
    hive = set (${hive});
    deployment = set ((set (hive.\${name} or { })).deployment or { });
    deploy = set (outputs.deploy or { });
    nodes = set (deploy.nodes or { });
    node = set (nodes.\${name} or { });
    profiles = set (node.profiles or { });
    levels = [ { level = "deploy"; value = deploy; } { level = name; value = node; } ]
      ++ map (profile: { level = "\${name}.\${profile}"; value = set profiles.\${profile}; }) (builtins.attrNames profiles);
    system = set (profiles.system or { });
  in {
    nixosConfigurations = at name (set (outputs.nixosConfigurations or { }));
    hive = at name hive;
    deployNode = at name nodes;
    deployment = builtins.mapAttrs (key: _: at key deployment) (builtins.intersectAttrs {
      targetHost = null; targetUser = null; targetPort = null; tags = null; allowLocalDeployment = null;
    } deployment);
    hostname = at "hostname" (if system ? hostname then system else node);
    sshUser = at "sshUser" (if system ? sshUser then system else if node ? sshUser then node else deploy);
    timeouts = builtins.concatMap ({ level, value }: builtins.concatMap (key:
      let found = quiet null (value.\${key} or null); in
      if builtins.isInt found || builtins.isFloat found
      then [ { inherit key level; value = found; position = at key value; } ] else [ ]
    ) [ "confirmTimeout" "activationTimeout" ]) levels;
  })`;

/** Asks where a host is declared. */
export function outlineQuestion(form: FleetFolder['form'], name: string): HostQuestion<HostOutline> {
  const hive =
    form === 'flake' ? 'outputs.colmena or { }' : 'if builtins.isFunction outputs then outputs { } else outputs';
  return {
    name,
    key: 'outline',
    read: outlineOf(hive),
    evaluatesModules: false,
    parse: (value) => hostOutline.parse(value),
  };
}
