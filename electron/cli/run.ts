import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import packageFile from '../../package.json' with { type: 'json' };
import { engineName, goal, type EngineName, type Goal, type WhenOffline } from '../../shared/contract/deploy.ts';
import { FLEET_ARGUMENT, LIMITS_HELP, SELECTION_HELP, WAVES_HELP } from './arguments.ts';
import { deploy } from './commands/deploy.ts';
import { disksCommand } from './commands/disks/command.ts';
import { runDoctor } from './commands/doctor.ts';
import { addFleetChanges } from './commands/fleet-change.ts';
import { addFleetCheck } from './commands/fleet-check.ts';
import { addFleetInputs } from './commands/fleet-inputs.ts';
import { addFleetMaking } from './commands/fleet-new.ts';
import { showFleet, showHosts, showStatus } from './commands/fleet.ts';
import { addHealth } from './commands/health.ts';
import { addHosts } from './commands/hosts.ts';
import { addInstall } from './commands/install.ts';
import { cancelJob, decide, limitJob, listJobs, exportJobs, retryJob, showJob, showLog } from './commands/jobs.ts';
import { addNixHost } from './commands/nix-host.ts';
import { nixCommand } from './commands/nix-text.ts';
import { addGenerations } from './commands/generations.ts';
import { addRollback } from './commands/rollback.ts';
import { addSelections } from './commands/selections.ts';
import { serve } from './commands/serve.ts';
import { CommandFailed, problemOfCall } from './errors.ts';
import { exitCodes, type ExitCode } from './exit.ts';
import { showProblem } from './output/problem.ts';
import { printerOf, type ActAlone } from './printer.ts';
import { openSession, type Session } from './session.ts';
import { painterOf, type Terminal } from './terminal.ts';

function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`A number from ${minimum} to ${maximum} is wanted.`);
  };
}

const exitHelp = `
Exit status: 0 done, 1 something failed, 2 wrong usage, 3 the fleet cannot be read.`;

type Options = { readonly json?: boolean };

/** How commands are run; the exit status is kept until the end. */
interface Runner {
  /** With an engine of its own, which is closed when the command is over. */
  readonly inSession: (options: Options, action: (session: Session) => Promise<ExitCode>) => Promise<void>;
  readonly alone: ActAlone;
}

function buildProgram({ inSession: act, alone }: Runner): Command {
  const program = new Command('nixstead')
    .description('Opens the NixOS fleet in a flake and deploys its machines.')
    .version(packageFile.version)
    .addHelpText('after', exitHelp)
    .showHelpAfterError('(nixstead --help shows the commands)');
  const jsonOption = (): Option => new Option('--json', 'print JSON (JSON Lines where it is a stream)');
  const watchdogOption = (): Option =>
    new Option(
      '--watchdog <SECONDS|off>',
      'a switched host goes back by itself unless a new connection confirms it in time (default: what nixstead.toml says, else 60)',
    ).argParser((text) => (text === 'off' ? text : wholeNumber(5, 86_400)(text)));
  const buildOnOption = (): Option =>
    new Option(
      '--build-on <here|target|HOST>',
      'where systems are built: this computer, each host, or a machine as user@host:port or as the fleet calls it',
    );
  const offlineOption = (): Option =>
    new Option(
      '--offline <fail|skip|later|SECONDS>',
      'what becomes of hosts that do not answer: they fail (default), are left out, are deployed by a job of its own when they come back, or are waited for',
    ).argParser((text): WhenOffline => {
      const word = (['fail', 'skip', 'later'] as const).find((each) => each === text);
      return word ?? wholeNumber(1, 86_400)(text);
    });
  const rebootOption = (): Option =>
    new Option(
      '--reboot',
      'restart hosts whose kernel, initrd or systemd changed; of hosts with a tag in common one at a time',
    );
  const rebootLimitOption = (): Option =>
    new Option('--reboot-limit <SECONDS>', 'how long a host may take to come back (default: 600)').argParser(
      wholeNumber(5, 86_400),
    );
  const onOption = (): Option => new Option('--on <EXPR>', 'the hosts').makeOptionMandatory();

  const fleet = program.command('fleet').description('what a flake declares');
  fleet
    .command('show')
    .description('the fleet and its hosts')
    .argument('<DIR>', FLEET_ARGUMENT)
    .option('--refresh', 'evaluate again, even where nothing has changed')
    .option('--details', 'everything that is declared of each host, which takes an evaluation of its own')
    .option('--no-details', 'with --json: without what only that evaluation tells')
    .addOption(jsonOption())
    .action((folder: string, options: { refresh?: boolean; details?: boolean; json?: boolean }) =>
      act(options, (session) => showFleet(session, folder, options)),
    );
  fleet
    .command('hosts')
    .description('the hosts that a selection matches')
    .argument('<DIR>', FLEET_ARGUMENT)
    .addOption(onOption())
    .addOption(jsonOption())
    .addHelpText('after', SELECTION_HELP)
    .action((folder: string, options: { on: string; json?: boolean }) =>
      act(options, (session) => showHosts(session, folder, options)),
    );
  fleet
    .command('status')
    .description('what the hosts say of themselves now')
    .argument('<DIR>', FLEET_ARGUMENT)
    .option('--on <EXPR>', 'these hosts alone')
    .addOption(jsonOption())
    .addHelpText('after', SELECTION_HELP)
    .action((folder: string, options: { on?: string; json?: boolean }) =>
      act(options, (session) => showStatus(session, folder, options)),
    );
  addFleetCheck(fleet, act);
  addFleetInputs(fleet, act);
  addFleetMaking(fleet, alone);
  addFleetChanges(fleet, act, wholeNumber(1, 65535));

  program
    .command('deploy')
    .description('build systems and bring them to hosts, as a job of its own')
    .argument('<DIR>', FLEET_ARGUMENT)
    .addOption(onOption())
    .addOption(
      new Option(
        '--goal <GOAL>',
        'what to do with the new system; default: what the plan of --planned was made for, else switch',
      ).choices(goal.options),
    )
    .addOption(
      new Option(
        '--engine <ENGINE>',
        'what builds, copies and activates: nix, or a program on PATH; default: engine in nixstead.toml, else nix',
      ).choices(engineName.options),
    )
    .addOption(watchdogOption())
    .option('--waves <FILE>', 'which hosts go before others (see below), or off; default: [waves] in nixstead.toml')
    .addOption(rebootOption())
    .addOption(rebootLimitOption())
    .addOption(buildOnOption())
    .addOption(offlineOption())
    .option('--at-once <KIND=N...>', `how many hosts at once: ${LIMITS_HELP}`)
    .option('--planned <ID>', 'do exactly what a plan found (the id of its job), without evaluating again')
    .option('--plan-only', 'find out what would change, and change nothing (as plan does)')
    .option('-y, --yes', 'do not ask; hosts never seen before are trusted, and their fingerprints printed')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `${SELECTION_HELP}${WAVES_HELP}\n\nCtrl-C cancels the job; a second one leaves it to go on by itself.\n${exitHelp}`,
    )
    .action(
      (
        folder: string,
        options: {
          on: string;
          goal?: Goal;
          engine?: EngineName;
          watchdog?: number | 'off';
          waves?: string;
          reboot?: boolean;
          rebootLimit?: number;
          offline?: WhenOffline;
          buildOn?: string;
          atOnce?: string[];
          planOnly?: boolean;
          planned?: string;
          yes?: boolean;
          json?: boolean;
        },
      ) => act(options, (session) => deploy(session, folder, { ...options, yes: options.yes === true })),
    );

  program
    .command('plan')
    .description('what a switch would change: packages, units, reboots, risks, room, commits')
    .argument('<DIR>', 'the folder with flake.nix')
    .addOption(onOption())
    .addOption(buildOnOption())
    .addOption(offlineOption())
    .option('-y, --yes', 'hosts never seen before are trusted, and their fingerprints printed')
    .addOption(jsonOption())
    .addHelpText('after', SELECTION_HELP)
    .action(
      (
        folder: string,
        options: { on: string; buildOn?: string; offline?: WhenOffline; yes?: boolean; json?: boolean },
      ) =>
        act(options, (session) =>
          deploy(session, folder, { ...options, goal: 'dry-activate', planOnly: true, yes: options.yes === true }),
        ),
    );
  addHealth(program, act, SELECTION_HELP);
  addRollback(program, act, watchdogOption(), [rebootOption(), rebootLimitOption()], SELECTION_HELP);
  addGenerations(program, act);
  addHosts(program, act, wholeNumber(1, 65535));
  addInstall(program, act, wholeNumber(1, 65535), wholeNumber(10, 7200));
  addSelections(program, act);
  addNixHost(program, act);

  const jobs = program.command('jobs').description('jobs that run, wait or are over');
  jobs
    .command('list')
    .description('jobs, the latest first')
    .option('--limit <N>', 'at most so many', wholeNumber(1, 1000), 50)
    .addOption(jsonOption())
    .action((options: { limit: number; json?: boolean }) => act(options, (session) => listJobs(session, options)));
  jobs
    .command('show')
    .description('what a job did and how it ended')
    .argument('<ID>')
    .addOption(jsonOption())
    .action((id: string, options: { json?: boolean }) => act(options, (session) => showJob(session, id)));
  jobs
    .command('log')
    .description('what the programs of a job printed; of a running job until it is over')
    .argument('<ID>')
    .option('--host <NAME>', 'of this host alone')
    .addOption(jsonOption())
    .action((id: string, options: { host?: string; json?: boolean }) =>
      act(options, (session) => showLog(session, id, options)),
    );
  jobs
    .command('export')
    .description('all that is known of jobs, as JSON Lines; their logs with --logs')
    .argument('[ID...]', 'these jobs; without it the latest')
    .option('--limit <N>', 'at most so many', wholeNumber(1, 1000), 1000)
    .option('--logs', 'with what their programs printed: after each job a record for each line')
    .addOption(jsonOption())
    .action((ids: string[], options: { limit: number; logs?: boolean; json?: boolean }) =>
      act(options, (session) => exportJobs(session, ids, options)),
    );
  jobs
    .command('limit')
    .description('other limits for a deploy that runs: how many hosts are in each kind of work at once')
    .argument('<ID>')
    .argument('<KIND=N...>', LIMITS_HELP)
    .addOption(jsonOption())
    .action((id: string, limits: string[], options: { json?: boolean }) =>
      act(options, (session) => limitJob(session, id, limits)),
    );
  jobs
    .command('cancel')
    .description('stop a job, and wait until it has stopped')
    .argument('<ID>')
    .addOption(jsonOption())
    .action((id: string, options: { json?: boolean }) => act(options, (session) => cancelJob(session, id)));

  jobs
    .command('retry')
    .description('the same again, with the same options, for the hosts of a deploy that did not come to it')
    .argument('<ID>')
    .option('-y, --yes', 'hosts never seen before are trusted, and their fingerprints printed')
    .addOption(jsonOption())
    .action((id: string, options: { yes?: boolean; json?: boolean }) =>
      act(options, (session) => retryJob(session, id, options)),
    );

  for (const [decision, words] of [
    ['keep', 'take what was activated as it is: disarms the watchdog of a running job'],
    ['revert', 'have a host of a running job go back now to what it ran before'],
  ] as const) {
    jobs
      .command(decision)
      .description(words)
      .argument('<ID>')
      .option('--host <NAME>', 'this host alone; without it all whose watchdog is armed')
      .addOption(jsonOption())
      .action((id: string, options: { host?: string; json?: boolean }) =>
        act(options, (session) => decide(session, id, decision, options)),
      );
  }

  program
    .command('serve')
    .description('the app in a browser on this computer')
    .argument('[DIR]', 'a fleet to open at once')
    .option('--port <N>', 'port on 127.0.0.1; any free one without it', wholeNumber(0, 65535))
    .addOption(new Option('--listen-fd <N>', 'number of an inherited listening socket').argParser(wholeNumber(3, 1023)))
    .option('--no-open', 'print the address alone')
    .addOption(jsonOption())
    .action(
      (folder: string | undefined, options: { port?: number; listenFd?: number; open: boolean; json?: boolean }) =>
        alone(options, (printer) => serve(printer, folder, options)),
    );
  program
    .command('doctor')
    .description('what this computer has and lacks')
    .addOption(jsonOption())
    .action((options: { json?: boolean }) => act(options, runDoctor));
  program.addCommand(disksCommand(alone));
  program.addCommand(nixCommand(alone));
  return program;
}

/**
 * Runs one command.
 * @param argv without node and script
 * @returns the exit status, see exit.ts
 */
export async function runCommandLine(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { stdout, stderr } = terminal;
  const isJson = argv.includes('--json');
  const show = (failed: CommandFailed): ExitCode => {
    if (isJson) stdout.write(`${JSON.stringify({ error: failed.problem })}\n`);
    else stderr.write(showProblem(failed.problem, painterOf(terminal, 'stderr')));
    return failed.exitCode;
  };
  let exitCode: ExitCode = exitCodes.done;
  const program = buildProgram({
    alone: async (options, action) => {
      exitCode = await action(printerOf(terminal, options.json === true));
    },
    inSession: async (options, action) => {
      await using session = await openSession(terminal, options.json === true);
      exitCode = await action(session);
    },
  });
  const configure = (command: Command): void => {
    command.exitOverride().configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
    });
    command.commands.forEach(configure);
  };
  configure(program);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return exitCodes.done;
      if (isJson) return show(new CommandFailed(usageProblem(error), exitCodes.usage));
      return exitCodes.usage;
    }
    return show(error instanceof CommandFailed ? error : new CommandFailed(problemOfCall(error), exitCodes.failed));
  }
}

function usageProblem(error: CommanderError) {
  return {
    code: 'wrong-usage',
    title: 'The command was not understood',
    evidence: error.message,
    advice: ['nixstead --help shows the commands.'],
  };
}
