import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import type { MachineLogin, ProbeAnswer } from '../../../shared/contract/machine.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import { CommandFailed } from '../errors.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { machineText } from '../output/machine.ts';
import type { Session } from '../session.ts';
import { targetParts } from '../target-text.ts';
import { askSecret, canAsk } from '../terminal.ts';

interface ProbeOptions {
  readonly port?: number;
  readonly identity?: string;
  readonly json?: boolean;
}

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
}
