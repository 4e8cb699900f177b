import type { HealthCheck, HealthResult } from '../../../../shared/contract/health.ts';
import type { HostName } from '../../../../shared/contract/ids.ts';
import type { Command } from '../../../../shared/contract/job.ts';
import type { JobContext } from '../../jobs/context.ts';
import type { HostSession } from '../host-session.ts';
import { asRoot } from '../privilege.ts';
import type { Broken } from './broken.ts';
import { runChecks } from './run-checks.ts';
import type { CheckPlace } from './try-check.ts';
import type { Tried } from './tried.ts';

interface HostHealthWork {
  readonly context: Pick<JobContext, 'emit' | 'log'>;
  readonly host: HostName;
  readonly checks: readonly HealthCheck[];
  readonly place: Pick<CheckPlace, 'privilege' | 'fleetFolder'>;
  /** What is known to have been broken before, besides what {@link HostHealth.lookBefore} finds. */
  readonly known: Broken;
}

/** The checks of one host in a deploy: looked at before it, and run after it, where what was broken does not count. */
export class HostHealth {
  readonly #work: HostHealthWork;
  #before: Promise<readonly HealthResult[]> | null = null;

  constructor(work: HostHealthWork) {
    this.#work = work;
  }

  get count(): number {
    return this.#work.checks.length;
  }

  /** One look at how things are, beside whatever goes on; {@link run} waits for it. */
  lookBefore(session: HostSession, signal: AbortSignal): void {
    const { checks } = this.#work;
    if (checks.length === 0) return;
    const look = async (): Promise<readonly HealthResult[]> => {
      const unanswered = new Set<string>();
      const results = await runChecks(checks, {
        place: this.#place(session),
        signal,
        isGlance: true,
        onUnanswered: ({ name }) => unanswered.add(name),
      });
      // What nothing was learned of counts afterwards, all of it where there was no way to the host.
      const known = session.isOpen ? results.filter(({ name }) => !unanswered.has(name)) : [];
      this.#tell('before', known);
      return known;
    };
    this.#before = look();
    this.#before.catch(() => undefined);
  }

  /** Resolves when the look before is over: only then may anything be changed. */
  async wasLookedAt(): Promise<void> {
    await this.#before;
  }

  /** What was broken before: it does not count in {@link run}, nor wherever else the host is looked at later. */
  async broken(): Promise<Broken> {
    const { units, checks } = this.#work.known;
    const found = ((await this.#before) ?? []).filter(({ state }) => state !== 'passed').map(({ name }) => name);
    return { units, checks: [...new Set([...checks, ...found])] };
  }

  /** @param until no try begins after it; ms since the epoch */
  async run(
    session: HostSession,
    options: { signal: AbortSignal; until: number; onProgress: (note: string) => void },
  ): Promise<HealthResult[]> {
    const { checks, host, context } = this.#work;
    const broken = await this.broken();
    const results = await runChecks(checks, {
      place: this.#place(session),
      ...options,
      brokenBefore: new Set(broken.checks),
      onChange: (now) => {
        this.#tell('after', now);
        const passed = now.filter(({ state }) => state === 'passed').length;
        options.onProgress(`${passed} of ${checks.length} ${checks.length === 1 ? 'check' : 'checks'} passed`);
      },
      onCommand: (check, tried) => this.#tellCommand(check, tried),
    });
    for (const { name, state, detail } of results) context.log(host, `check: ${name}: ${state} (${detail})\n`);
    return results;
  }

  #place(session: HostSession): CheckPlace {
    const { place, known } = this.#work;
    return { ...place, session, failedBefore: known.units };
  }

  #tell(phase: 'before' | 'after', results: readonly HealthResult[]): void {
    const { context, host } = this.#work;
    context.emit({ type: 'health', host, phase, results: [...results] });
  }

  #tellCommand(check: HealthCheck, { exitCode }: Tried): void {
    const { context, host, place } = this.#work;
    const command = checkCommand(host, check, place.privilege);
    if (command) context.emit({ type: 'command', command, exitCode: exitCode ?? null });
  }
}

/** The command of a check as it is run and shown; null for checks that are none. */
export function checkCommand(host: HostName, check: HealthCheck, privilege: readonly string[]): Command | null {
  const common = { host, stage: 'confirm', env: {} } as const;
  if (check.kind === 'command-here') return { ...common, where: 'here', argv: [...check.argv] };
  if (check.kind === 'command-there') return { ...common, where: 'target', argv: [...asRoot(privilege, check.argv)] };
  return null;
}
