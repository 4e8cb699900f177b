import { ProblemError } from '../errors.ts';
import { connect, type ConnectOptions } from '../ssh/client.ts';
import type { SshSession } from '../ssh/session.ts';
import { describeTarget, type SshTarget } from '../ssh/target.ts';
import type { HostLink } from './host-session.ts';

/** The way to one host for as long as its deploy lasts: one connection that is used again while it is good. */
export class TargetLink implements HostLink {
  readonly target: SshTarget;
  readonly place: string;
  readonly #options: Omit<ConnectOptions, 'signal'>;
  #session: SshSession | null = null;
  #isDisposed = false;

  constructor(target: SshTarget, options: Omit<ConnectOptions, 'signal'>) {
    this.target = target;
    this.place = describeTarget(target);
    this.#options = options;
  }

  /** The open connection, or else a new one. @throws ProblemError `ssh-*`; the signal's reason */
  async open(signal: AbortSignal): Promise<SshSession> {
    return this.#session?.isOpen ? this.#session : this.reopen(signal);
  }

  /** The connection where it is open, without making one. */
  get current(): SshSession | null {
    return this.#session?.isOpen ? this.#session : null;
  }

  /**
   * A new connection in any case: proof that the host still lets us in. One that is open stays until then, for it may be
   * the only way there is.
   * @param timeoutMs for this attempt; default: that of every connection
   */
  async reopen(signal: AbortSignal, timeoutMs?: number): Promise<SshSession> {
    const session = await connect(this.target, {
      ...this.#options,
      signal,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    this.#session?.[Symbol.dispose]();
    this.#session = session;
    if (this.#isDisposed) session[Symbol.dispose]();
    return session;
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#session?.[Symbol.dispose]();
  }
}

/** True for failures of the way to a host, which may pass: what runs there goes on. */
export function isConnectionProblem(error: unknown): error is ProblemError {
  return (
    error instanceof ProblemError &&
    ['ssh-connection-lost', 'ssh-timeout', 'ssh-unreachable', 'ssh-refused', 'ssh-protocol', 'ssh-failed'].includes(
      error.problem.code,
    )
  );
}
