import type { ExecOptions, ExecResult } from '../ssh/session.ts';
import type { HostLink, HostSession } from './host-session.ts';
import { asRoot, isSudo } from './privilege.ts';

/** How a user becomes root on a host. */
export interface WayToRoot {
  /** What root's commands begin with there. */
  readonly privilege: readonly string[];
  /** What sudo there reads before each of them; null where nothing is asked. */
  readonly password: string | null;
}

const mostAttempts = 3;
const proof = 'root reads this';
/** What asks a server who somebody is takes a while; what takes longer hangs. */
const timeoutMs = 60_000;

/** True where sudo would do it for a password. */
export function wantsPassword(stderr: string): boolean {
  return /password is required|terminal is required|no tty present|askpass/.test(stderr);
}

/**
 * Tries how the user of a session becomes root.
 * @param privilege what the fleet says that root's commands begin with
 * @param ask for the password of sudo; asked again where it was not right. Empty: nobody gives one
 * @returns or else what the last attempt said
 * @throws ProblemError `ssh-*`; the signal's reason
 */
export async function becomeRoot(
  session: HostSession,
  privilege: readonly string[],
  ask: () => Promise<string>,
  signal: AbortSignal,
): Promise<WayToRoot | { readonly refusal: string }> {
  if (privilege.length === 0) return { privilege, password: null };
  const free = await session.exec(asRoot(privilege, ['true']), { signal, timeoutMs });
  if (free.exitCode === 0) return { privilege, password: null };
  let refusal = free.stderr.trim();
  const words = readingPassword(privilege);
  if (words === null || !wantsPassword(refusal)) return { refusal };
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const password = await ask();
    if (password === '') return { refusal };
    // What comes back shows that sudo took the password's line, and that line alone.
    const argv = asRoot(words, ['sh', '-c', 'cat']);
    const { stdout, stderr } = await session.exec(argv, { signal, timeoutMs, stdin: withLine(password, proof) });
    if (stdout === proof) return { privilege: words, password };
    refusal = stderr.trim();
  }
  return { refusal };
}

/**
 * The fleet's command so that sudo reads a password from standard input. Whatever it remembers of earlier ones does not
 * count: else the password would be the first line that the command reads.
 * @returns null where it cannot: another program, or one that was told never to ask
 */
function readingPassword(command: readonly string[]): string[] | null {
  const [program = '', ...words] = command;
  if (!isSudo(command) || words.some((word) => /^(?:-n|--non-interactive)$/.test(word))) return null;
  return [program, '-k', '-S', '--prompt=', ...words];
}

function withLine(password: string, stdin: string | Uint8Array = ''): Uint8Array {
  return Buffer.concat([Buffer.from(`${password}\n`), Buffer.from(stdin)]);
}

/** A way to a host on which sudo is given its password. It goes into standard input, never into an argument. */
export class PasswordLink implements HostLink {
  readonly #link: HostLink;
  readonly #way: WayToRoot;

  constructor(link: HostLink, way: WayToRoot) {
    this.#link = link;
    this.#way = way;
  }

  get target() {
    return this.#link.target;
  }

  get place(): string {
    return this.#link.place;
  }

  get current(): HostSession | null {
    const { current } = this.#link;
    return current && new PasswordSession(current, this.#way);
  }

  async open(signal: AbortSignal): Promise<HostSession> {
    return new PasswordSession(await this.#link.open(signal), this.#way);
  }

  async reopen(signal: AbortSignal, timeoutMs?: number): Promise<HostSession> {
    return new PasswordSession(await this.#link.reopen(signal, timeoutMs), this.#way);
  }

  [Symbol.dispose](): void {
    this.#link[Symbol.dispose]();
  }
}

/** A session that gives sudo the password before each command of root. */
export class PasswordSession implements HostSession {
  readonly #session: HostSession;
  readonly #way: WayToRoot;

  constructor(session: HostSession, way: WayToRoot) {
    this.#session = session;
    this.#way = way;
  }

  get place(): string {
    return this.#session.place;
  }

  get isOpen(): boolean {
    return this.#session.isOpen;
  }

  get isRoot(): boolean {
    return this.#session.isRoot;
  }

  exec(argv: readonly [string, ...string[]], options: ExecOptions = {}): Promise<ExecResult> {
    const { privilege, password } = this.#way;
    const isRoots = privilege.every((word, index) => argv[index] === word);
    if (password === null || !isRoots) return this.#session.exec(argv, options);
    return this.#session.exec(argv, { ...options, stdin: withLine(password, options.stdin) });
  }

  [Symbol.dispose](): void {
    this.#session[Symbol.dispose]();
  }
}
