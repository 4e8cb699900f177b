import type { HostName } from '../../../shared/contract/ids.ts';
import { becomeRoot, type WayToRoot } from './become-root.ts';
import type { HostSession } from './host-session.ts';
import { deployError, deployProblems } from './problems.ts';

/** As long as sudo itself remembers by default that somebody gave their password. */
const rememberedMs = 15 * 60_000;
const mostWrong = 3;

interface Remembered {
  readonly password: string;
  readonly timer: NodeJS.Timeout;
}

/** What becoming root on a host needs besides a session there. */
export interface RootRequest {
  readonly host: HostName;
  /** What the fleet says that root's commands begin with; empty for root. */
  readonly privilege: readonly string[];
  /** What a person typed just now for sudo there. */
  readonly password: string | undefined;
}

/**
 * Passwords of sudo for what is done on hosts outside of jobs, while a person waits for it. Nothing is asked in the middle
 * of a call: one that lacks a password fails with a problem that says so, and is made again with what was typed. A right
 * one is remembered by the place that took it, until it was not used for a while or the engine ends; memory alone has it.
 */
export class SudoPasswords implements Disposable {
  readonly #remembered = new Map<string, Remembered>();
  readonly #wrong = new Map<string, number>();

  /**
   * @throws ProblemError `sudo-password-wanted`, `sudo-password-wrong`; `deploy-sudo-refused` after too many wrong ones;
   * `deploy-sudo-*`, `deploy-not-root` where no password would help; `ssh-*`; the signal's reason
   */
  async becomeRoot(
    session: HostSession,
    { host, privilege, password: typed }: RootRequest,
    signal: AbortSignal,
  ): Promise<WayToRoot> {
    const { place } = session;
    // Whoever begins anew may be wrong as often as before.
    if (typed === undefined) this.#wrong.delete(place);
    const answers = [typed ?? this.#remembered.get(place)?.password ?? ''];
    let isAsked = false;
    const ask = async (): Promise<string> => {
      isAsked = true;
      return answers.shift() ?? '';
    };
    const way = await becomeRoot(session, privilege, ask, signal);
    if (!('refusal' in way)) {
      this.#wrong.delete(place);
      if (way.password !== null) this.#remember(place, way.password);
      return way;
    }
    if (!isAsked) throw deployError(deployProblems.notRoot(host, way.refusal));
    this.#forget(place);
    if (typed === undefined) throw deployError(deployProblems.sudoPasswordWanted(place, way.refusal));
    const wrong = (this.#wrong.get(place) ?? 0) + 1;
    this.#wrong.set(place, wrong % mostWrong);
    if (wrong < mostWrong) throw deployError(deployProblems.sudoPasswordWrong(place, way.refusal));
    throw deployError(deployProblems.notRoot(host, way.refusal));
  }

  #remember(place: string, password: string): void {
    this.#forget(place);
    const timer = setTimeout(() => this.#remembered.delete(place), rememberedMs).unref();
    this.#remembered.set(place, { password, timer });
  }

  #forget(place: string): void {
    clearTimeout(this.#remembered.get(place)?.timer);
    this.#remembered.delete(place);
  }

  [Symbol.dispose](): void {
    for (const place of [...this.#remembered.keys()]) this.#forget(place);
  }
}
