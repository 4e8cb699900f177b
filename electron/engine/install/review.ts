import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FleetView } from '../../../shared/contract/fleet.ts';
import type { InstallDisk, InstallRequest, InstallReview } from '../../../shared/contract/install.ts';
import type { Command, Stage } from '../../../shared/contract/job.ts';
import type { MachineReport } from '../../../shared/contract/machine.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import type { NewHost } from '../../../shared/fleet/template/options.ts';
import { judgeGate } from '../../../shared/install/gate.ts';
import { judgeMachine } from '../../../shared/machines/verdict.ts';
import { ProblemError } from '../errors.ts';
import { nixSystem } from '../machines/nix-system.ts';
import { nixHost } from '../nix/nix-program.ts';
import { anywhereArgv, type AnywherePhaseName, type AnywhereRequest } from './anywhere.ts';
import { builderFlags, whyNotThere } from './build-place.ts';
import { hostFile, planFiles, type PlannedFile } from './plan-files.ts';
import type { LeftHost } from './left-in-fleet.ts';
import { findAnywhere, type AnywhereProgram } from './program.ts';
import { disksOfText, protectedDisks, protectedObstacles } from './protected-disks.ts';

export interface ReviewQuestion {
  readonly env: NodeJS.ProcessEnv;
  readonly view: FleetView;
  readonly request: InstallRequest;
  /** What the machine said last; null: it was not probed. */
  readonly report: MachineReport | null;
  /** As what the host was written before, see {@link planFiles}. */
  readonly earlier: readonly NewHost[];
  readonly left: readonly LeftHost[];
}

/** What an install would write, run and erase. Nothing is written or run for it. */
export async function reviewInstall(question: ReviewQuestion): Promise<Omit<InstallReview, 'earlier'>> {
  const { env, view, request, report, earlier, left } = question;
  const obstacles: Problem[] = [];
  const orObstacle = async <Result>(work: Promise<Result>, otherwise: Result): Promise<Result> => {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      obstacles.push(error.problem);
      return otherwise;
    }
  };
  const files = await orObstacle(planFiles(view.fleet.folder, request, earlier, left), []);
  const unknown: AnywhereProgram = { argv: ['nixos-anywhere'], version: null, source: 'path' };
  const program = await orObstacle(findAnywhere(env, view.fleet.folder), unknown);
  const disks = layoutDisks(view.fleet.folder, request, files, report);
  const reasons = report === null ? [] : judgeMachine(report, { system: nixSystem(env) }).reasons;
  const told = (weight: 'stop' | 'change'): Problem[] =>
    reasons
      .filter((reason) => reason.weight === weight)
      .map(({ code, title, evidence, advice }) => ({ code: `machine-${code}`, title, evidence, advice }));
  obstacles.push(...told('stop'));
  const form = view.fleet.kinds.includes('hive.nix') ? 'hive.nix' : 'flake';
  const notThere = whyNotThere(request.options.buildOn, { form, source: 'nixosConfigurations' });
  if (notThere !== null) obstacles.push(notThere);
  if (disks !== null && report !== null) {
    obstacles.push(...gateObstacles(request, disks, report));
    if (request.newHost === null && request.layout !== null) {
      const kept = await orObstacle(protectedDisks(view.fleet.folder, request.host, report), []);
      obstacles.push(...protectedObstacles(kept, disks));
    }
  }
  return {
    files,
    disks,
    commands: previewCommands(request, {
      program,
      ref: view.fleet.ref,
      builtFor: report?.system ?? null,
      // Its variables are not shown.
      nix: nixHost(env) === null ? null : {},
    }),
    nixosAnywhere: { version: program.version, source: program.source },
    obstacles,
    warnings: told('change'),
  };
}

/** What the gate would say whatever is confirmed: missing disks, disks without an identity. */
function gateObstacles({ host }: InstallRequest, disks: readonly InstallDisk[], report: MachineReport): Problem[] {
  const identities = disks.flatMap(({ isErased, identity }) => (isErased && identity !== null ? [identity] : []));
  const confirmation = { host, disks: identities, data: identities };
  return judgeGate({ host, disks, confirmedDisks: null, confirmation, report });
}

/** The disks of a layout whose text tells them; null where only evaluation does. */
function layoutDisks(
  folder: string,
  request: InstallRequest,
  files: readonly PlannedFile[],
  report: MachineReport | null,
): InstallDisk[] | null {
  const path = hostFile(request, 'disko.nix');
  const source =
    request.layout?.text ?? files.find((file) => file.path === path)?.after ?? readIfThere(join(folder, path));
  return source === null ? null : disksOfText(source, report);
}

/** The commands as they will be run, with placeholders for what only evaluating tells. */
function previewCommands(
  { host, target, options }: InstallRequest,
  given: Pick<AnywhereRequest, 'program' | 'nix'> & { readonly ref: string; readonly builtFor: string | null },
): Command[] {
  const { program, nix, ref, builtFor } = given;
  const isBuiltThere = options.buildOn.kind === 'target';
  const installer = { ...target, user: 'root' };
  const common = {
    ...{ program, host, nix },
    identityFile: '<private>/login-key',
    diskoScript: '<disko script>',
    system: '<system>',
    remoteFlake: isBuiltThere ? `${ref}#${host}` : null,
  };
  const command = (stage: Stage, argv: string[]): Command => ({ host, stage, where: 'here', argv, env: {} });
  const anywhere = (
    phases: readonly [AnywherePhaseName, ...AnywherePhaseName[]],
    at: typeof target,
    flags: readonly string[] = [],
  ): Command => command(phases[0], anywhereArgv({ ...common, phases, target: at, flags }));
  const keys = options.encryptionKeys.flatMap(({ remotePath }, index) => [
    '--disk-encryption-keys',
    remotePath,
    `<private>/disk-key-${index}`,
  ]);
  const extra = options.hostKey === 'make' || options.extraFiles !== null;
  const builder = builderFlags(options.buildOn, builtFor);
  const store = `ssh-ng://root@${target.host}?remote-store=local?root=/mnt`;
  return [
    ...(isBuiltThere ? [] : [command('build', ['nix', 'build', ...builder, '<system>', '<disko script>'])]),
    anywhere(['kexec'], target, options.kexecImage === null ? [] : ['--kexec', options.kexecImage]),
    anywhere(['disko'], installer, keys),
    command(
      'copy',
      isBuiltThere
        ? ['nix', 'build', '--eval-store', 'auto', '--store', store, '<system>']
        : ['nix', 'copy', '--to', store, '<system>'],
    ),
    anywhere(['install', 'reboot'], installer, [
      ...(extra ? ['--extra-files', '<private>/extra-files'] : []),
      ...(options.hostKey === 'copy' ? ['--copy-host-keys'] : []),
    ]),
  ];
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
