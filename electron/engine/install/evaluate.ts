import { z } from 'zod';
import { evaluatorInJob } from '../deploy/evaluate.ts';
import { ProblemError } from '../errors.ts';
import { askHosts } from '../fleet/host-questions.ts';
import { kindsOf } from '../fleet/kinds/all.ts';
import type { JobContext } from '../jobs/context.ts';
import { accessFunction, evaluatedAccess } from './access.ts';
import { installError, installProblems } from './problems.ts';
import type { InstallSpec } from './spec.ts';

const derivation = z.object({ drv: z.string(), out: z.string() });

const evaluated = z.object({
  system: derivation,
  disko: derivation.nullable(),
  mount: derivation.nullable(),
  hostName: z.string(),
  stateVersion: z.string().nullable(),
  disks: z.record(z.string(), z.object({ device: z.string(), destroy: z.boolean() })),
  /** Containers that are encrypted: the file that disko reads the key from on the installer, or that it asks. */
  containers: z.array(z.object({ name: z.string(), key: z.string().nullable() })),
  /** Partitions with a file system: sizes as the layout writes them. */
  partitions: z.array(
    z.object({
      disk: z.string(),
      size: z.string().nullable(),
      end: z.string().nullable(),
      mountpoint: z.string().nullable(),
    }),
  ),
  mounts: z.record(
    z.string(),
    z.object({ device: z.string().nullable(), type: z.string(), options: z.array(z.string()) }),
  ),
  access: evaluatedAccess,
});
export type EvaluatedInstall = z.infer<typeof evaluated>;

/** Nix: everything about a host that an install asks, in one evaluation. Names that begin with `_` are disko's own. */
function installFunction(node: string, withoutDeps: boolean): string {
  const suffix = withoutDeps ? 'NoDeps' : '';
  return `(outputs: name: let
    configuration = ${node} outputs name;
    config = configuration.config;
    build = config.system.build;
    devices = config.disko.devices or { };
    of = drv: { drv = drv.drvPath; out = drv.outPath; };
    text = value: if builtins.isString value then value else if builtins.isPath value then toString value else null;
    isSet = value: builtins.isAttrs value && (value.type or null) != "derivation";
    children = value: builtins.concatMap (key: if builtins.substring 0 1 key == "_" then [ ] else [ value.\${key} ]) (builtins.attrNames value);
    containers = value:
      if builtins.isList value then builtins.concatMap containers value
      else if !isSet value then [ ]
      else (if (value.type or null) == "luks" then [ {
        name = text (value.name or null);
        key = let first = builtins.filter (key: key != null) [
          (text (value.settings.keyFile or null)) (text (value.passwordFile or null)) (text (value.keyFile or null))
        ]; in if first == [ ] then null else builtins.head first;
      } ] else [ ]) ++ builtins.concatMap containers (children value);
    partitions = builtins.concatMap (disk: map (part: {
      inherit disk;
      size = text (part.size or null);
      end = text (part.end or null);
      mountpoint = text (part.content.mountpoint or null);
    }) (builtins.attrValues (devices.disk.\${disk}.content.partitions or { }))) (builtins.attrNames (devices.disk or { }));
    version = builtins.tryEval (config.system.stateVersion or null);
    hasLayout = build ? diskoScript${suffix} && devices != { };
  in {
    system = of build.toplevel;
    disko = if hasLayout then of build.diskoScript${suffix} else null;
    mount = if hasLayout && build ? mountScript${suffix} then of build.mountScript${suffix} else null;
    hostName = config.networking.hostName or "";
    stateVersion = if version.success && builtins.isString version.value then version.value else null;
    disks = builtins.mapAttrs (_: disk: { device = text disk.device; destroy = disk.destroy or true; }) (devices.disk or { });
    containers = containers (builtins.attrValues devices);
    inherit partitions;
    mounts = builtins.mapAttrs (_: fs: {
      device = text (fs.device or null);
      type = fs.fsType or "auto";
      options = fs.options or [ ];
    }) (config.fileSystems or { });
    access = ${accessFunction} config;
  })`;
}

/**
 * Evaluates a host for its install.
 * @throws ProblemError `install-no-disko`, `nix-*`
 */
export async function evaluateInstall(
  context: Pick<JobContext, 'emit' | 'log' | 'signal'>,
  spec: Pick<InstallSpec, 'fleet' | 'host' | 'source' | 'options'>,
): Promise<EvaluatedInstall> {
  const kind = kindsOf(spec.fleet.form).find((one) => one.kind === spec.source);
  // deploy-rs evaluates no modules; its hosts are NixOS configurations of the same name.
  const node = kind?.node ?? '(outputs: name: outputs.nixosConfigurations.${name})';
  const read = installFunction(node, spec.options.withoutDiskoDependencies);
  const question = {
    name: String(spec.host),
    key: 'install',
    read,
    evaluatesModules: true,
    parse: (value: unknown) => evaluated.parse(value),
  };
  const evaluate = evaluatorInJob(context, spec.fleet);
  const [answer] = await askHosts([question], { evaluate, chunkSize: 1, onAnswers: () => undefined });
  if (answer === undefined) throw installError(installProblems.noSuchHost(spec.host));
  if ('problem' in answer) throw new ProblemError(answer.problem);
  return answer.answer;
}
