import { Option, type Command } from 'commander';
import { homedir } from 'node:os';
import { supportedReleases } from '../../../shared/fleet/releases.ts';
import type { NewFleet } from '../../../shared/fleet/template/options.ts';
import { createFleet, planFleet } from '../../engine/fleet/create/create-fleet.ts';
import { ownUser } from '../../engine/fleet/create/own-user.ts';
import { findSshPublicKeys } from '../../engine/fleet/create/ssh-public-keys.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { showProblem } from '../output/problem.ts';
import { printable } from '../output/text.ts';
import type { ActAlone, Printer } from '../printer.ts';

/** The newest release that is out: what a new fleet starts with. */
const CURRENT_RELEASE = supportedReleases(Date.now())[0]?.name ?? 'unstable';

interface NewOptions {
  readonly layout: NewFleet['layout'];
  readonly name?: string;
  readonly release: string;
  readonly user?: string;
  readonly key: readonly string[];
  readonly timeZone?: string;
  readonly dryRun?: boolean;
}

const repeated = (text: string, previous: readonly string[]): readonly string[] => [...previous, text];

async function newFleet(printer: Printer, folder: string, options: NewOptions): Promise<ExitCode> {
  const { env } = printer.terminal;
  const found = options.key.length > 0 ? [] : await findSshPublicKeys(env['HOME'] ?? homedir(), env);
  const fleet: NewFleet = {
    name: options.name ?? folder.split(/[\\/]/).findLast((part) => part !== '' && part !== '.') ?? 'fleet',
    layout: options.layout,
    release: options.release,
    adminUser: options.user ?? ownUser(),
    sshKeys: options.key.length > 0 ? options.key : found.map((key) => key.line),
    timeZone: options.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
  if (options.dryRun) {
    const plan = await planFleet(folder, fleet);
    if (printer.isJson) printer.printJson(plan);
    else {
      for (const path of Object.keys(plan.files)) {
        printer.print(`${plan.inTheWay.includes(path) ? 'is there' : 'new     '}  ${path}\n`);
      }
    }
    return plan.inTheWay.length === 0 ? exitCodes.done : exitCodes.failed;
  }
  const created = await createFleet(folder, fleet, AbortSignal.timeout(300_000));
  if (printer.isJson) printer.printJson(created);
  else {
    printer.print(`${printable(created.folder)}: ${created.files.length} files\n`);
    for (const problem of created.problems) printer.print(showProblem(problem, printer.paint, { severity: 'warning' }));
    if (fleet.sshKeys.length === 0)
      printer.print('No SSH key was found: put one into modules/common.nix, or nobody can log in.\n');
    printer.print('Next: nixstead fleet add-host DIR NAME --target ADDRESS\n');
  }
  return exitCodes.done;
}

/** Adds `new` to the commands of `fleet`. */
export function addFleetMaking(fleet: Command, act: ActAlone): void {
  const json = (): Option => new Option('--json', 'print JSON');
  fleet
    .command('new')
    .description('make a fleet: a flake in a git repository, ready for hosts')
    .argument('<DIR>', 'a new or empty folder; nothing is ever written over')
    .addOption(
      new Option('--layout <LAYOUT>', 'how hosts are declared').choices(['factory', 'simple']).default('factory'),
    )
    .option('--name <NAME>', 'default: the name of the folder')
    .option('--release <RELEASE>', 'of nixpkgs', CURRENT_RELEASE)
    .option('--user <USER>', 'admin user on every machine; default: your name here')
    .addOption(
      new Option('--key <KEY>', 'public SSH key that may log in, may be repeated; default: those found here')
        .argParser(repeated)
        .default([], 'none'),
    )
    .option('--time-zone <ZONE>', 'default: the one of this computer')
    .option('--dry-run', 'show what would be written, and write nothing')
    .addOption(json())
    .action((folder: string, options: NewOptions & { json?: boolean }) =>
      act(options, (printer) => newFleet(printer, folder, options)),
    );
}
