import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FleetView } from '../../../shared/contract/fleet.ts';
import type { InstallDisk, InstallRequest, InstallReview } from '../../../shared/contract/install.ts';
import type { Command, Stage } from '../../../shared/contract/job.ts';
import type { MachineReport } from '../../../shared/contract/machine.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import { readLayout } from '../../../shared/disko/read-source.ts';
import { itemsOf, text } from '../../../shared/disko/walk.ts';
import { judgeGate } from '../../../shared/install/gate.ts';
import { installDisks } from '../../../shared/install/install-disks.ts';
import { judgeMachine } from '../../../shared/machines/verdict.ts';
import { ProblemError } from '../errors.ts';
import { nixSystem } from '../machines/nix-system.ts';
import { anywhereArgv, type AnywhereRequest } from './anywhere.ts';
import { hostFile, planFiles, type PlannedFile } from './plan-files.ts';
import { findAnywhere, type AnywhereProgram } from './program.ts';

export interface ReviewQuestion {
  readonly env: NodeJS.ProcessEnv;
  readonly view: FleetView;
  readonly request: InstallRequest;
  /** What the machine said last; null: it was not probed. */
  readonly report: MachineReport | null;
}

/** What an install would write, run and erase. Nothing is written or run for it. */
export async function reviewInstall(question: ReviewQuestion): Promise<Omit<InstallReview, 'earlier'>> {
  const { env, view, request, report } = question;
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
  const files = await orObstacle(planFiles(view.fleet.folder, request), []);
  const unknown: AnywhereProgram = { argv: ['nixos-anywhere'], version: null, source: 'path' };
  const program = await orObstacle(findAnywhere(env, view.fleet.folder), unknown);
  const disks = layoutDisks(view.fleet.folder, request, files, report);
  const reasons = report === null ? [] : judgeMachine(report, { system: nixSystem() }).reasons;
  const told = (weight: 'stop' | 'change'): Problem[] =>
    reasons
      .filter((reason) => reason.weight === weight)
      .map(({ code, title, evidence, advice }) => ({ code: `machine-${code}`, title, evidence, advice }));
  obstacles.push(...told('stop'));
  if (disks !== null && report !== null) obstacles.push(...gateObstacles(request, disks, report));
  return {
    files,
    disks,
    commands: previewCommands(request, program),
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
  { host, layout }: InstallRequest,
  files: readonly PlannedFile[],
  report: MachineReport | null,
): InstallDisk[] | null {
  const path = hostFile(host, 'disko.nix');
  const source = layout?.text ?? files.find((file) => file.path === path)?.after ?? readIfThere(join(folder, path));
  if (source === null) return null;
  const reading = readLayout(source);
  if (!reading.ok || reading.kept.length > 0) return null;
  const disks = itemsOf(reading.layout)
    .filter(({ type }) => type === 'disk')
    .map((item) => ({
      name: item.name,
      device: text(item, 'device') ?? '',
      isErased: item.value['destroy'] !== false,
    }));
  return installDisks(disks, { disks: report?.disks ?? [] });
}

/** The commands as they will be run, with placeholders for what only evaluating tells. */
function previewCommands({ host, target, options }: InstallRequest, program: AnywhereProgram): Command[] {
  const installer = { ...target, user: 'root' };
  const common = { program, identityFile: '<private>/login-key', diskoScript: '<disko script>', system: '<system>' };
  const command = (stage: Stage, argv: string[]): Command => ({ host, stage, where: 'here', argv, env: {} });
  const phase = (name: AnywhereRequest['phase'], at: typeof target, flags: readonly string[] = []): Command =>
    command(name, anywhereArgv({ ...common, phase: name, target: at, flags }));
  const keys = options.encryptionKeys.flatMap(({ remotePath }, index) => [
    '--disk-encryption-keys',
    remotePath,
    `<private>/disk-key-${index}`,
  ]);
  const extra = options.hostKey === 'make' || options.extraFiles !== null;
  return [
    phase('kexec', target, options.kexecImage === null ? [] : ['--kexec', options.kexecImage]),
    phase('disko', installer, keys),
    command('copy', ['nix', 'copy', '--to', `ssh-ng://root@${target.host}?remote-store=local?root=/mnt`, '<system>']),
    phase('install', installer, [
      ...(extra ? ['--extra-files', '<private>/extra-files'] : []),
      ...(options.hostKey === 'copy' ? ['--copy-host-keys'] : []),
    ]),
    phase('reboot', installer),
  ];
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
