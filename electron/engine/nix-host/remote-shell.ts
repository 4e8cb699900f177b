import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { remoteCommandLine } from '../ssh/quote.ts';
import { describeTarget, sshArguments, type SshTarget } from '../ssh/target.ts';

/** Where login shells that run one command often do not look. */
export const usualPath =
  'PATH="$PATH:/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin:$HOME/.nix-profile/bin:/usr/bin:/bin"; export PATH';

/** What the other machine said to a command that failed. */
export class RemoteFailure extends Error {
  override readonly name = 'RemoteFailure';
  readonly exitCode: number | null;

  constructor(exitCode: number | null, text: string) {
    super(text);
    this.exitCode = exitCode;
  }
}

/** The machine on which nix runs, reached by OpenSSH. Nobody can be asked here: its key and ours must be known. */
export class RemoteShell {
  readonly target: SshTarget;
  readonly #config: string;

  constructor(target: SshTarget, config: string) {
    this.target = target;
    this.#config = config;
  }

  get place(): string {
    return describeTarget(this.target);
  }

  /** Words for ssh before the machine, for git. */
  get sshCommand(): string {
    return remoteCommandLine(['ssh', '-F', this.#config]);
  }

  /** Starts a script there, `$1` and on are the arguments. @param words for ssh, before all others */
  spawn(script: string, args: readonly string[], stdio: StdioOptions, words: readonly string[] = []): ChildProcess {
    const line = remoteCommandLine(['sh', '-c', `${usualPath}\n${script}`, 'sh', ...args]);
    return spawn('ssh', [...words, ...sshArguments(this.target, this.#config), line], { stdio });
  }

  /** Runs a script and gives what it printed. @throws RemoteFailure */
  async run(script: string, args: readonly string[], input?: Readable | Buffer): Promise<string> {
    const child = this.spawn(script, args, ['pipe', 'pipe', 'pipe']);
    const { stdin, stdout, stderr } = child;
    if (stdin === null || stdout === null || stderr === null) throw new TypeError('The pipes of ssh are missing');
    const text = { out: '', error: '' };
    stdout.setEncoding('utf8').on('data', (piece: string) => (text.out += piece));
    stderr.setEncoding('utf8').on('data', (piece: string) => (text.error += piece));
    const ended = new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    // It may end before it has read all; how it ended says why.
    const sent = input === undefined || Buffer.isBuffer(input) ? stdin.end(input) : pipeline(input, stdin);
    stdin.on('error', () => undefined);
    const code = await ended;
    await Promise.resolve(sent).catch(() => undefined);
    if (code !== 0) throw new RemoteFailure(code, text.error.trim() || text.out.trim());
    return text.out;
  }
}
