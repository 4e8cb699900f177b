import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import type { MachineLogin, ProbeAnswer } from '../../../shared/contract/machine.ts';
import { hostName } from '../../../shared/contract/ids.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import { hostTypes, type HostType } from '../../../shared/fleet/template/options.ts';
import { CommandFailed } from '../errors.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { followJob } from '../follow-job.ts';
import { openForCommand } from '../open.ts';
import { adoptedText, machineText } from '../output/machine.ts';
import { releaseOf } from '../../../shared/machines/release.ts';
import { declaredHost } from '../declared-host.ts';
import type { Session } from '../session.ts';
import { targetParts } from '../../../shared/fleet/target-parts.ts';
import { askSecret, canAsk } from '../terminal.ts';

interface ProbeOptions {
  readonly port?: number;
  readonly identity?: string;
  readonly json?: boolean;
}

const repeated = (text: string, previous: readonly string[]): readonly string[] => [...previous, text];

type InSession = (options: { json?: boolean }, action: (session: Session) => Promise<ExitCode>) => Promise<void>;

/**
 * Reaches a machine as a person at a terminal would: a host key that was never seen is told of and trusted from then on,
 * passwords are asked for, or taken from NIXSTEAD_SSH_PASSWORD and NIXSTEAD_SUDO_PASSWORD.
 * @throws CommandFailed where it cannot be probed
 */
export async function probeForCommand(
  session: Session,
  place: string,
  options: Pick<ProbeOptions, 'port' | 'identity'>,
): Promise<{ login: MachineLogin; answer: Extract<ProbeAnswer, { state: 'probed' }> }> {
  const { env } = session.terminal;
  const parts = targetParts(place);
  const login: MachineLogin = {
    target: { ...parts, port: options.port ?? parts.port },
    identityFile: options.identity === undefined ? null : resolve(options.identity),
  };
  if (env['NIXSTEAD_SUDO_PASSWORD']) login.sudoPassword = env['NIXSTEAD_SUDO_PASSWORD'];
  let fromEnvironment = env['NIXSTEAD_SSH_PASSWORD'];
  for (;;) {
    const answer = await session.client.machine.probe(login);
    switch (answer.state) {
      case 'probed': {
        const wantsSudo = answer.report.login.privilege === 'sudo-asks' && canAsk(session.terminal);
        if (!wantsSudo || login.sudoPassword !== undefined) return { login, answer };
        login.sudoPassword = await askSecret(session.terminal, `sudo password of ${answer.report.login.user}: `);
        break;
      }
      case 'failed':
        throw new CommandFailed(answer.problem, exitCodes.failed);
      case 'unknown-host-key':
        session.terminal.stderr.write(
          `${place} is seen for the first time and shows the ${answer.type} key ${answer.fingerprint}\n`,
        );
        login.acceptedFingerprint = answer.fingerprint;
        break;
      case 'password-wanted':
      case 'passphrase-wanted': {
        const kind = answer.state === 'password-wanted' ? 'password' : 'passphrase';
        const given = kind === 'password' && !answer.wasWrong ? fromEnvironment : undefined;
        fromEnvironment = undefined;
        if (given === undefined && !canAsk(session.terminal)) {
          throw new CommandFailed(nobodyToAsk(place, answer), exitCodes.failed);
        }
        login[kind] = given ?? (await askSecret(session.terminal, `${answer.text}: `));
        if (login[kind] === '') throw new CommandFailed(nobodyToAsk(place, answer), exitCodes.failed);
        break;
      }
    }
  }
}

function nobodyToAsk(place: string, { text, wasWrong }: { text: string; wasWrong: boolean }): Problem {
  return {
    code: 'ssh-denied',
    title: wasWrong ? `${place} did not take the password` : `${place} does not let us in without a password`,
    evidence: text,
    advice: [
      'Give a key that is authorized there: --identity FILE.',
      'Or give the password in NIXSTEAD_SSH_PASSWORD, or at a terminal when it is asked for.',
    ],
  };
}

async function probe(session: Session, place: string, options: ProbeOptions): Promise<ExitCode> {
  const { answer } = await probeForCommand(session, place, options);
  if (session.isJson) session.printJson(answer);
  else session.print(machineText(answer, session.paint));
  return exitCodes.done;
}

interface AdoptOptions extends ProbeOptions {
  readonly target: string;
  readonly type: HostType;
  readonly tag: readonly string[];
  readonly commit: boolean;
  readonly like?: string;
}

/** `hosts adopt`: what runs NixOS already becomes a host of the fleet; nothing on it is changed. */
async function adopt(session: Session, folder: string, name: string, options: AdoptOptions): Promise<ExitCode> {
  const view = await openForCommand(session, folder);
  const { login, answer } = await probeForCommand(session, options.target, options);
  const { client } = session;
  const { layout, stateVersion } = await client.create.suggestHost({ fleetId: view.fleet.id });
  const { target, identityFile } = login;
  const about = {
    name,
    type: options.type,
    system: answer.report.system ?? 'x86_64-linux',
    address: target.host,
    user: target.user ?? answer.report.login.user,
    port: target.port,
    tags: [...options.tag],
    stateVersion: releaseOf(answer.report) ?? stateVersion,
  };
  const result = await client.install.adopt({
    fleetId: view.fleet.id,
    host: hostName.parse(name),
    ...(layout === null ? await declaredHost(session, view, about, options.like, []) : { newHost: about }),
    target,
    identityFile,
    hostKeyFingerprint: answer.hostKey.fingerprint,
    commits: options.commit,
  });
  if (session.isJson) session.printJson({ type: 'adopted', ...result });
  else session.print(adoptedText(result, session.paint));
  if (result.jobId === null) return exitCodes.failed;
  return followJob(session, result.jobId, { trustsNewHostKeys: false });
}

/** Adds the commands of `hosts`. */
export function addHosts(program: Command, act: InSession, port: (text: string) => number): void {
  const hosts = program.command('hosts').description('machines, also those that are not of a fleet yet');
  hosts
    .command('probe')
    .description('what a machine is, what is on its disks, and whether NixOS can be installed on it')
    .argument('<[USER@]HOST>')
    .option('--port <N>', 'port of SSH', port)
    .option('-i, --identity <FILE>', 'the key to log in with, and no other')
    .addOption(new Option('--json', 'print JSON'))
    .action((place: string, options: ProbeOptions) => act(options, (session) => probe(session, place, options)));
  hosts
    .command('adopt')
    .description(
      'take a machine that runs NixOS into the fleet: its layout is read, its first deploy is a dry-activate',
    )
    .argument('<DIR>', 'the folder with flake.nix')
    .argument('<NAME>', 'of the new host')
    .requiredOption('--target <[USER@]HOST>', 'where the machine answers to SSH')
    .option('--port <N>', 'port of SSH', port)
    .option('-i, --identity <FILE>', 'the key to log in with, and no other')
    .addOption(new Option('--type <TYPE>', 'which profile it gets').choices([...hostTypes]).default('server'))
    .addOption(new Option('--tag <TAG>', 'may be repeated').argParser(repeated).default([], 'none'))
    .option('--like <HOST>', 'in a flake that Nixstead did not make: the host that the new one is declared like')
    .option('--no-commit', 'commit nothing to git')
    .addOption(new Option('--json', 'print JSON Lines'))
    .action((folder: string, name: string, options: AdoptOptions) =>
      act(options, (session) => adopt(session, folder, name, options)),
    );
}
