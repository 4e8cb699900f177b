import { Option, type Command } from 'commander';
import type { NixHostAnswer } from '../../../shared/contract/settings.ts';
import { CommandFailed, problemOfCall } from '../errors.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import type { Session } from '../session.ts';

type Options = { readonly yes?: boolean; readonly json?: boolean };
type Act = (options: Options, action: (session: Session) => Promise<ExitCode>) => Promise<void>;

/** Adds `nix-host`: the machine on which nix runs for a computer that has none. */
export function addNixHost(program: Command, act: Act): void {
  program
    .command('nix-host')
    .description('where nix runs: on this computer, or on a machine that is reached over ssh')
    .argument('[PLACE]', 'user@host, user@host:port, or `here`; without it, what is chosen is shown')
    .option('-y, --yes', 'trust a machine that was never seen before')
    .addOption(new Option('--json', 'print JSON'))
    .addHelpText(
      'after',
      `
Evaluations, builds and copies are done by nix there; your files are brought there as nix would see them here, and what is
built goes from there to your hosts through this computer. NIXSTEAD_NIX=ssh://user@host does the same for one command.`,
    )
    .action((place: string | undefined, options: Options) =>
      act(options, (session) => nixHost(session, place, options.yes === true)),
    );
}

async function nixHost(session: Session, place: string | undefined, mayTrust: boolean): Promise<ExitCode> {
  const { settings } = session.client;
  try {
    if (place === undefined) return tell(session, (await settings.get()).nixHost, '');
    if (place === 'here') return tell(session, (await settings.set({ nixHost: null })).nixHost, '');
    let answer: NixHostAnswer = await settings.tryNixHost({ place });
    if (answer.state === 'unknown-host-key' && mayTrust) {
      session.tell(`${place} is trusted by its ${answer.type} key ${answer.fingerprint}\n`);
      answer = await settings.tryNixHost({ place, accepted: answer.fingerprint });
    }
    if (answer.state === 'failed') throw new CommandFailed(answer.problem, exitCodes.failed);
    if (answer.state === 'unknown-host-key') throw new CommandFailed(unknownKey(place, answer), exitCodes.failed);
    return tell(session, (await settings.set({ nixHost: place })).nixHost, answer.version);
  } catch (error) {
    if (error instanceof CommandFailed) throw error;
    throw new CommandFailed(problemOfCall(error), exitCodes.failed);
  }
}

function tell(session: Session, host: string | null, version: string): ExitCode {
  if (session.isJson) session.printJson({ nixHost: host });
  else session.print(`Nix runs on ${host ?? 'this computer'}${version === '' ? '' : ` (${version})`}\n`);
  return exitCodes.done;
}

function unknownKey(place: string, { type, fingerprint }: Extract<NixHostAnswer, { state: 'unknown-host-key' }>) {
  return {
    code: 'nix-host-unknown-key',
    title: `${place} was never seen before, and nothing was changed`,
    evidence: `${type} ${fingerprint}`,
    advice: [
      'Compare it with what the machine’s own screen shows: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
      'Where it is the same: the same command with --yes.',
    ],
  };
}
