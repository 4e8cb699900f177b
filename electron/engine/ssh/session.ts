import type { Client, ClientChannel } from 'ssh2';
import { StringDecoder } from 'node:string_decoder';
import { explainSshError } from './explain.ts';
import type { HostKey } from './host-key.ts';
import { sshError, sshProblems } from './problems.ts';
import { remoteCommandLine } from './quote.ts';
import type { ResolvedTarget } from './resolve.ts';
import { describeTarget, type SshTarget } from './target.ts';

export interface ExecOptions {
  /** Written to the command's standard input, which is then closed. */
  stdin?: string | Uint8Array;
  /** Every piece of output as it comes, decoded; invalid UTF-8 becomes U+FFFD. */
  onOutput?: (text: string, stream: 'stdout' | 'stderr') => void;
  /** The command is given up after this long; default: never. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

export interface ExecResult {
  /** Exit status; null where a signal ended the command. */
  exitCode: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

/** What is kept of each stream of a command; the rest reaches `onOutput` alone. */
const maxKeptCharacters = 1024 * 1024;

interface StartedCommand {
  readonly channel: ClientChannel;
  /** null where the connection ended before the command told how it did. */
  readonly finished: Promise<ExecResult | null>;
}

/** One open connection. Disposing it ends every command on it. */
export class SshSession implements Disposable {
  readonly target: SshTarget;
  readonly resolved: ResolvedTarget;
  /** The key with which the host proved itself. */
  readonly hostKey: HostKey;
  /** Settles when the connection is over; null when it was closed on purpose. */
  readonly closed: Promise<Error | null>;
  readonly #client: Client;
  readonly #resources: Disposable;
  #isOpen = true;
  #isDisposed = false;
  #lastError: Error | null = null;

  constructor(client: Client, target: SshTarget, resolved: ResolvedTarget, hostKey: HostKey, resources: Disposable) {
    this.target = target;
    this.resolved = resolved;
    this.hostKey = hostKey;
    this.#client = client;
    this.#resources = resources;
    this.closed = new Promise((resolve) => {
      client.on('error', (error) => (this.#lastError ??= error));
      client.on('close', () => {
        this.#isOpen = false;
        resources[Symbol.dispose]();
        resolve(
          this.#isDisposed ? null : (this.#lastError ?? new Error('The connection was closed by the other side')),
        );
      });
    });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** True where its user is root. */
  get isRoot(): boolean {
    return this.resolved.user === 'root';
  }

  /** The target as a person writes it. */
  get place(): string {
    return describeTarget(this.target);
  }

  /**
   * Runs a command on the target. The vector becomes one line for the login shell in quote.ts alone.
   * @throws ProblemError `ssh-connection-lost`, `ssh-command-timeout`; the signal's reason when it aborts
   */
  async exec(argv: readonly [string, ...string[]], options: ExecOptions = {}): Promise<ExecResult> {
    options.signal?.throwIfAborted();
    const { channel, finished } = await this.#start(remoteCommandLine(argv), options);
    const stopped = Promise.withResolvers<never>();
    const onAbort = (): void => stopped.reject(options.signal?.reason);
    options.signal?.addEventListener('abort', onAbort, { once: true });
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            const seconds = Math.round((options.timeoutMs ?? 0) / 1000);
            stopped.reject(sshError(sshProblems.commandTimedOut(this.place, argv.join(' '), seconds)));
          }, options.timeoutMs);
    void this.closed.then((error) => stopped.reject(this.#lost(error)));
    try {
      channel.end(options.stdin ?? '');
      const result = await Promise.race([finished, stopped.promise]);
      if (result === null) throw this.#lost(this.#lastError);
      return result;
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
      stopped.promise.catch(() => undefined);
      channel.close();
    }
  }

  /** A byte stream from the target to another host, for connections through this one. */
  forward(host: string, port: number): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      this.#client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
        if (error) reject(sshError(explainSshError(error, `${host}:${port} (through ${this.place})`), error));
        else resolve(channel);
      });
    });
  }

  /**
   * A command that has begun. It is followed from the same turn on: what ends at once says so in the packet that tells
   * of its beginning, and would otherwise pass for a connection that was lost.
   */
  #start(commandLine: string, options: ExecOptions): Promise<StartedCommand> {
    return new Promise((resolve, reject) => {
      if (!this.#isOpen) return reject(this.#lost(this.#lastError));
      void this.closed.then((error) => reject(this.#lost(error)));
      this.#client.exec(commandLine, (error, channel) => {
        if (error) reject(this.#lost(error));
        else resolve({ channel, finished: followChannel(channel, options) });
      });
    });
  }

  #lost(error: Error | null): Error {
    return sshError(explainSshError(error ?? new Error('The connection was closed'), this.place, true), error);
  }

  [Symbol.dispose](): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#client.end();
    // A dead link would never answer the polite end.
    setTimeout(() => this.#client.destroy(), 1000).unref();
    this.#resources[Symbol.dispose]();
  }
}

/** Collects a channel's output; null when it closed without telling how the command ended. */
function followChannel(channel: ClientChannel, options: ExecOptions): Promise<ExecResult | null> {
  const texts = { stdout: '', stderr: '' };
  const read = (name: 'stdout' | 'stderr', stream: NodeJS.ReadableStream): void => {
    const decoder = new StringDecoder('utf8');
    const take = (text: string): void => {
      if (text === '') return;
      if (texts[name].length < maxKeptCharacters) texts[name] += text;
      options.onOutput?.(text, name);
    };
    stream.on('data', (bytes: Buffer) => take(decoder.write(bytes)));
    stream.on('end', () => take(decoder.end()));
  };
  read('stdout', channel);
  read('stderr', channel.stderr);
  return new Promise((resolve) => {
    let exit: { exitCode: number | null; signal: string | null } | null = null;
    channel.on('exit', (code: number | null, signal?: string) => {
      exit = { exitCode: code, signal: signal ?? null };
    });
    channel.on('close', () => resolve(exit === null ? null : { ...exit, ...texts }));
    channel.on('error', () => undefined);
  });
}
