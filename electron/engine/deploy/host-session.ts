import type { ExecOptions, ExecResult } from '../ssh/session.ts';
import type { SshTarget } from '../ssh/target.ts';

/** A way to run commands on a host: over SSH, or on this computer where it is the host itself. */
export interface HostSession extends Disposable {
  /** As a person writes it. */
  readonly place: string;
  readonly isOpen: boolean;
  /** True where its user is root. */
  readonly isRoot: boolean;
  /** @throws ProblemError `ssh-connection-lost`, `ssh-command-timeout`; the signal's reason when it aborts */
  exec(argv: readonly [string, ...string[]], options?: ExecOptions): Promise<ExecResult>;
}

/** The way to one host for as long as its deploy lasts. */
export interface HostLink extends Disposable {
  /** null: it is this computer. */
  readonly target: SshTarget | null;
  /** As a person writes it. */
  readonly place: string;
  /** The session where it is open, without making one. */
  readonly current: HostSession | null;
  /** The open session, or else a new one. @throws ProblemError `ssh-*`; the signal's reason */
  open(signal: AbortSignal): Promise<HostSession>;
  /** A new session in any case: proof that there is still a way in. */
  reopen(signal: AbortSignal, timeoutMs?: number): Promise<HostSession>;
}
