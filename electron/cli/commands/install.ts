import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import type { NewHostRequest } from '../../../shared/contract/create.ts';
import { hostName, jobId } from '../../../shared/contract/ids.ts';
import {
  installPhase,
  type InstallConfirmation,
  type InstallOptions,
  type InstallPhase,
  type InstallRequest,
} from '../../../shared/contract/install.ts';
import { defaultInstallOptions } from '../../../shared/install/default-options.ts';
import { hostTypes, type HostType } from '../../../shared/fleet/template/options.ts';
import { CommandFailed, wrongUsage } from '../errors.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { declaredHost } from '../declared-host.ts';
import { followJob } from '../follow-job.ts';
import { openForCommand } from '../open.ts';
import { showProblem } from '../output/problem.ts';
import type { Session } from '../session.ts';
import { targetParts } from '../../../shared/fleet/target-parts.ts';
import { probeForCommand } from './hosts.ts';

interface InstallFlags {
  readonly target?: string;
  readonly port?: number;
  readonly identity?: string;
  readonly layout?: string;
  readonly confirmWipe?: string;
  readonly phases?: string;
  readonly resume?: string;
  readonly type: HostType;
  readonly tag: readonly string[];
  readonly module: readonly string[];
  readonly admin?: string;
  readonly key: readonly string[];
  readonly timeZone?: string;
  readonly like?: string;
  readonly kexec?: string;
  readonly extraFiles?: string;
  readonly diskKey: readonly string[];
  readonly hardware: InstallOptions['hardware'];
  readonly diskoDeps: boolean;
  readonly bootLimit: number;
  readonly buildOn: string;
  readonly commit: boolean;
  readonly check?: boolean;
  readonly json?: boolean;
}

type InSession = (options: { json?: boolean }, action: (session: Session) => Promise<ExitCode>) => Promise<void>;

/** `SERIAL[,SERIAL]`: whoever names a disk by its serial has looked at it, and at what is on it. */
function confirmationOf(host: string, serials: string | undefined): InstallConfirmation {
  const disks = (serials ?? '').split(',').map((one) => one.trim());
  const given = disks.filter((one) => one !== '');
  return { host, disks: given, data: given };
}

function phaseOf(flags: InstallFlags): InstallPhase | undefined {
  if (flags.phases === undefined) return undefined;
  const wanted = flags.phases.split(',').map((one) => installPhase.safeParse(one.trim()));
  const first = wanted[0];
  if (first?.success && wanted.every((one) => one.success)) return first.data;
  throw wrongUsage(
    'These are not phases of an install',
    flags.phases,
    `Phases are ${installPhase.options.join(', ')}; the install goes on from the first that is named.`,
  );
}

async function resume(session: Session, name: string, flags: InstallFlags): Promise<ExitCode> {
  const id = jobId.safeParse(flags.resume);
  if (!id.success)
    throw wrongUsage('This is not the number of a job', flags.resume ?? '', 'nixstead jobs list shows them.');
  const point = await session.client.install.resumable({ jobId: id.data });
  const phase = phaseOf(flags);
  const erases = point.erases || phase === 'kexec' || phase === 'hardware' || phase === 'disko';
  if (erases && confirmationOf(name, flags.confirmWipe).disks.length === 0) throw serialsWanted(point.disks);
  if (session.isJson) session.printJson({ type: 'left', ...point });
  for (const line of point.state) session.tell(`${line}\n`);
  const { jobId: next } = await session.client.install.resume({
    jobId: id.data,
    ...(phase === undefined ? {} : { phase }),
    ...(flags.target === undefined ? {} : { target: targetOf(flags.target, flags.port) }),
    ...(erases ? { confirmation: confirmationOf(name, flags.confirmWipe) } : {}),
  });
  return followJob(session, next, { trustsNewHostKeys: false });
}

function targetOf(text: string, port: number | undefined) {
  const parts = targetParts(text);
  return { ...parts, port: port ?? parts.port };
}

function serialsWanted(disks: readonly { device: string; identity: string | null; contents: readonly string[] }[]) {
  const known = disks.map(({ device, identity, contents }) => {
    const holds = contents.length === 0 ? 'empty' : contents.join('; ');
    return `${device}: ${identity ?? 'no serial'} (${holds})`;
  });
  return wrongUsage(
    'No disk was confirmed, so nothing is erased',
    known.join('\n') || '--confirm-wipe was not given',
    'Name the serial numbers of all disks of the layout: --confirm-wipe SERIAL[,SERIAL]. hosts probe shows them.',
  );
}

function diskKeysOf(words: readonly string[]): InstallOptions['encryptionKeys'] {
  return words.map((word) => {
    const [remotePath = '', file] = word.split('=', 2);
    const from = file === undefined ? ({ kind: 'ask' } as const) : ({ kind: 'file', path: resolve(file) } as const);
    return { remotePath, from };
  });
}

async function install(session: Session, folder: string, name: string, flags: InstallFlags): Promise<ExitCode> {
  if (flags.resume !== undefined) {
    await openForCommand(session, folder);
    return resume(session, name, flags);
  }
  if (flags.target === undefined)
    throw wrongUsage('The machine is not named', '--target', 'Give its address: --target USER@HOST');
  if (!flags.check && confirmationOf(name, flags.confirmWipe).disks.length === 0) throw serialsWanted([]);
  const view = await openForCommand(session, folder);
  const { login, answer } = await probeForCommand(session, flags.target, flags);
  const host = hostName.parse(name);
  const isKnown = view.hosts.some((one) => one.name === host);
  const suggested = isKnown ? null : await session.client.create.suggestHost({ fleetId: view.fleet.id });
  const unknown = flags.module.find((one) => suggested?.modules.includes(one) === false);
  if (unknown !== undefined) {
    const known = suggested?.modules.join(', ') || 'it has none that not every host includes';
    throw wrongUsage('The fleet has no such module', unknown, `In its folder modules/: ${known}.`);
  }
  const about = {
    name,
    type: flags.type,
    system: answer.report.system ?? 'x86_64-linux',
    address: login.target.host,
    tags: [...flags.tag],
  };
  const request: InstallRequest = {
    fleetId: view.fleet.id,
    host,
    ...(suggested?.layout === null
      ? await declaredHost(
          session,
          view,
          { ...about, user: null, port: null, stateVersion: suggested.stateVersion },
          flags.like,
          oursOnly(flags),
        )
      : {
          newHost: suggested && {
            ...about,
            user: 'root',
            port: login.target.port,
            stateVersion: suggested.stateVersion,
            modules: [...flags.module],
            ...adminOf(flags, suggested.common.adminUser),
            ...(flags.timeZone === undefined ? {} : { timeZone: flags.timeZone }),
          },
        }),
    network: null,
    target: login.target,
    identityFile: login.identityFile,
    hostKeyFingerprint: answer.hostKey.fingerprint,
    layout: flags.layout === undefined ? null : { text: await layoutText(flags.layout), companion: null },
    options: {
      ...defaultInstallOptions,
      buildOn:
        flags.buildOn === 'here' || flags.buildOn === 'target'
          ? { kind: flags.buildOn }
          : { kind: 'builder', address: flags.buildOn },
      withoutDiskoDependencies: !flags.diskoDeps || answer.verdict.defaults.withoutDiskoDependencies,
      kexecImage: flags.kexec ?? null,
      hardware: flags.hardware,
      extraFiles: flags.extraFiles === undefined ? null : resolve(flags.extraFiles),
      encryptionKeys: diskKeysOf(flags.diskKey),
      bootLimitSeconds: flags.bootLimit,
      commits: flags.commit,
    },
  };
  const review = await session.client.install.review(request);
  for (const warning of review.warnings) {
    session.tell(showProblem(warning, session.paintError, { severity: 'warning' }));
  }
  const [obstacle, ...others] = review.obstacles;
  for (const other of others) session.tell(showProblem(other, session.paintError));
  if (obstacle) throw new CommandFailed(obstacle, exitCodes.failed);
  const { jobId: id } = flags.check
    ? await session.client.install.check(request)
    : await session.client.install.start({ ...request, confirmation: confirmationOf(name, flags.confirmWipe) });
  return followJob(session, id, { trustsNewHostKeys: false });
}

/** Flags that say what is in a host of our own layouts. */
function oursOnly({ module, admin, key, timeZone }: InstallFlags): string[] {
  return [
    ...(module.length > 0 ? ['--module'] : []),
    ...(admin === undefined ? [] : ['--admin']),
    ...(key.length > 0 ? ['--key'] : []),
    ...(timeZone === undefined ? [] : ['--time-zone']),
  ];
}

/** Who logs in to a new host beside those of the whole fleet: its admin too where no other user is named. */
function adminOf({ admin, key }: InstallFlags, fleetsAdmin: string | null): Pick<NewHostRequest, 'admin'> {
  const user = admin ?? fleetsAdmin;
  if (admin === undefined && key.length === 0) return {};
  if (user !== null) return { admin: { user, sshKeys: [...key] } };
  throw wrongUsage('Nobody is named who logs in with this key', key[0] ?? '', 'Name the user: --admin USER');
}

async function layoutText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw wrongUsage(
      'The layout cannot be read',
      error instanceof Error ? error.message : file,
      'Give a file with disko.devices.',
    );
  }
}

const repeated = (text: string, previous: readonly string[]): readonly string[] => [...previous, text];

/** Adds `install`. */
export function addInstall(
  program: Command,
  act: InSession,
  port: (text: string) => number,
  seconds: (text: string) => number,
): void {
  program
    .command('install')
    .description('install NixOS on a machine, from probing it to its verified first boot, as a job of its own')
    .argument('<DIR>', 'the folder with flake.nix')
    .argument('<NAME>', 'a host of the fleet, or the name of a new one')
    .option('--target <[USER@]HOST>', 'where the machine answers to SSH')
    .option('--port <N>', 'port of SSH', port)
    .option('-i, --identity <FILE>', 'the key to log in with, and no other')
    .option('--layout <FILE>', 'a disko layout; without it the one of the host in the fleet')
    .option('--confirm-wipe <SERIALS>', 'serial numbers of all disks that are erased, with commas')
    .option('--check', 'evaluate, build and compare only; erase nothing')
    .option('--phases <PHASES>', `with --resume: go on from the first of these (${installPhase.options.join(',')})`)
    .option('--resume <JOB>', 'go on where an earlier install ended')
    .addOption(new Option('--type <TYPE>', 'of a new host').choices([...hostTypes]).default('server'))
    .addOption(new Option('--tag <TAG>', 'of a new host; may be repeated').argParser(repeated).default([], 'none'))
    .addOption(
      new Option('--module <NAME>', 'in the fleet’s modules/, that a new host includes; may be repeated')
        .argParser(repeated)
        .default([], 'none'),
    )
    .option('--admin <USER>', 'who logs in to a new host beside those of the whole fleet, with --key')
    .addOption(
      new Option('--key <KEY>', 'public SSH key that may log in to a new host; may be repeated')
        .argParser(repeated)
        .default([], 'none'),
    )
    .option('--like <HOST>', 'in a flake that Nixstead did not make: the host that a new one is declared like')
    .option('--time-zone <ZONE>', 'of a new host; default: the fleet’s')
    .option('--kexec <IMAGE>', 'another installer to start by kexec: a file or a URL')
    .option('--extra-files <FOLDER>', 'laid over the root of the new system')
    .addOption(
      new Option('--disk-key <REMOTE[=FILE]>', 'key of an encrypted disk; asked for where there is no file')
        .argParser(repeated)
        .default([], 'none'),
    )
    .addOption(
      new Option('--hardware <KIND>', 'the report of the hardware')
        .choices(['nixos-generate-config', 'nixos-facter', 'none'])
        .default('nixos-generate-config'),
    )
    .option('--build-on <PLACE>', 'where the system is built: here, target, or USER@HOST of another computer', 'here')
    .option('--no-disko-deps', 'leave disko’s programs out, for machines with little memory')
    .addOption(
      new Option('--boot-limit <SECONDS>', 'how long the first boot is waited for').argParser(seconds).default(720),
    )
    .option('--no-commit', 'commit nothing to git')
    .addOption(new Option('--json', 'print JSON Lines'))
    .action((folder: string, name: string, flags: InstallFlags) =>
      act(flags, (session) => install(session, folder, name, flags)),
    );
}
