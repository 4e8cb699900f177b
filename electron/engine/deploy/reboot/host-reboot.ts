import { setTimeout as wait } from 'node:timers/promises';
import type { Goal } from '../../../../shared/contract/deploy.ts';
import type { HealthResult } from '../../../../shared/contract/health.ts';
import type { Problem } from '../../../../shared/contract/problem.ts';
import { keysGoneWords } from '../../../../shared/fleet/keys-gone-words.ts';
import { secondsFor } from '../../../../shared/fleet/safety.ts';
import type { MachineFacts } from '../../fleet/status/probe.ts';
import type { HostLink, HostSession } from '../host-session.ts';
import type { DeployWork } from '../deploy-work.ts';
import type { HostHealth } from '../health/host-health.ts';
import { areHealthy, checkLines } from '../health/run-checks.ts';
import type { HostSteps } from '../host-steps.ts';
import type { HostKeys } from '../keys/host-keys.ts';
import { rebootCommand } from '../commands.ts';
import { readMachineFacts } from '../machine-facts.ts';
import { asRoot } from '../privilege.ts';
import type { DeployHost } from '../spec.ts';
import { isConnectionProblem } from '../target-link.ts';
import { armBootGuard, endBootGuard, followBootGuard } from './boot-guard.ts';
import { readBootState, type BootState } from './boot-state.ts';
import { rebootProblems } from './problems.ts';

interface RebootWork {
  readonly work: Pick<DeployWork, 'context' | 'spec' | 'turns'>;
  readonly host: DeployHost;
  readonly steps: HostSteps;
  readonly link: HostLink;
  readonly privilege: readonly string[];
  readonly health: HostHealth;
  /** A restart takes what is in /run/keys away, and these come again after it; null: none do. */
  readonly keys: Pick<HostKeys, 'all'> | null;
}

/** What restarting came to. `facts` null: the host did not answer any more. */
export type RebootEnd =
  | { readonly end: 'not-needed' }
  | { readonly end: 'back'; readonly facts: MachineFacts; readonly unhealthy: readonly HealthResult[] }
  /** It runs on as it was. */
  | { readonly end: 'held'; readonly problem: Problem }
  /** It did not come up with the new system, and booted the one before. */
  | { readonly end: 'reverted'; readonly problem: Problem; readonly facts: MachineFacts }
  | { readonly end: 'failed'; readonly problem: Problem; readonly facts: MachineFacts | null };

const pauseMs = 1000;
/** Most machines answer at once or not at all; one that is starting is slow. */
const attemptMs = 6000;
/** Units that are still starting are waited for so long. */
const settleMs = 90_000;

const restart = 'sync; if [ -d /run/systemd/system ]; then exec systemctl reboot; else exec reboot; fi';

/** The stage `reboot` of one host: restarts it where what was deployed needs that, and waits until it is back. */
export class HostReboot {
  readonly #parts: RebootWork;
  #done: 'nothing' | 'guarded' | 'told' | 'back' = 'nothing';
  #hasKeysAgain = false;

  constructor(parts: RebootWork) {
    this.#parts = parts;
  }

  /** True from when it was told to restart. */
  get wasTold(): boolean {
    return this.#done === 'told' || this.#done === 'back';
  }

  /** What was done of it so far, in a sentence; null where nothing was. */
  describeDone(): string | null {
    const { host } = this.#parts;
    if (this.#done === 'nothing') return null;
    if (this.#done === 'guarded') return `The next boot of ${host.name} is guarded; it was not told to restart.`;
    const told = this.#done === 'back' ? 'was restarted' : 'was told to restart';
    return `${host.name} ${told}.${host.keys === null || this.#hasKeysAgain ? '' : ` ${keysGoneWords}`}`;
  }

  /** @throws ProblemError where it cannot be asked before anything is done; the signal's reason */
  async run(system: string, signal: AbortSignal): Promise<RebootEnd> {
    const { work, host, steps, link } = this.#parts;
    steps.start('reboot', 'asking whether it is needed');
    const before = await readBootState(await link.open(signal), system, signal);
    const reason = whyReboot(work.spec.goal, system, before);
    if (reason === null) {
      steps.skip('reboot', 'not needed');
      return { end: 'not-needed' };
    }
    await this.#parts.health.wasLookedAt();
    steps.start('reboot', `waiting for its turn: ${reason}`);
    let end: RebootEnd = { end: 'not-needed' };
    const lost = await work.turns.run(host.name, host.tags, signal, async () => {
      end = await this.#restart(system, before, reason, signal);
      return end.end === 'back';
    });
    if (lost !== null) {
      steps.skip('reboot', `${lost} did not come back`);
      return { end: 'held', problem: rebootProblems.held(host.name, lost) };
    }
    return end;
  }

  async #restart(system: string, before: BootState, reason: string, signal: AbortSignal): Promise<RebootEnd> {
    const { work, host, steps, link, privilege, health } = this.#parts;
    const beganAt = Date.now();
    steps.start('reboot', `restarting: ${reason}`);
    work.context.log(host.name, `Restarts: ${reason}.\n`);
    const session = await link.open(signal);
    const brokenBefore = await health.broken();
    this.#done = 'guarded';
    const unguarded = await armBootGuard(session, privilege, { system, brokenBefore }, signal);
    work.context.log(host.name, `Its next boot is ${unguarded === null ? 'guarded' : `not guarded: ${unguarded}`}.\n`);
    this.#done = 'told';
    const refusal = await this.#tell(session, signal);
    if (refusal !== null) {
      this.#done = 'nothing';
      await endBootGuard(session, privilege, system, signal);
      return this.#failed(rebootProblems.refused(host.name, refusal), null, signal);
    }
    const giveUpAt = beganAt + work.spec.rebootSeconds * 1000;
    let last = 'It still answers, and has not restarted';
    while (Date.now() < giveUpAt) {
      await wait(pauseMs, undefined, { signal });
      try {
        const now = await readBootState(await link.reopen(signal, attemptMs), system, signal);
        if (now.bootId !== before.bootId)
          return await this.#cameBack(system, unguarded === null ? before.bootedSystem : null, beganAt, signal);
      } catch (error) {
        if (!isConnectionProblem(error)) throw error;
        last = error.problem.evidence;
        const left = Math.max(0, Math.round((giveUpAt - Date.now()) / 1000));
        steps.progress('reboot', { note: `restarting, waited for ${left} s more` });
      }
    }
    work.context.emit({ type: 'command', command: rebootCommand(host.name, privilege), exitCode: 1 });
    const gone = rebootProblems.gone(host.name, work.spec.rebootSeconds, last, unguarded === null);
    return this.#failed(gone, null, signal);
  }

  /** Asks it to restart; why it does not, or null. The connection may end before the answer. */
  async #tell(session: HostSession, signal: AbortSignal): Promise<string | null> {
    const { work, privilege } = this.#parts;
    const command = rebootCommand(this.#parts.host.name, privilege);
    work.context.emit({ type: 'command', command, exitCode: null });
    try {
      const { exitCode, stderr } = await session.exec(asRoot(privilege, ['sh', '-c', restart]), {
        signal,
        timeoutMs: 30_000,
      });
      if (exitCode === 0 || exitCode === null) return null;
      work.context.emit({ type: 'command', command, exitCode });
      return stderr.trim() || `exit ${exitCode}`;
    } catch (error) {
      if (isConnectionProblem(error)) return null;
      throw error;
    }
  }

  /** @param before what a guarded machine boots where the new system does not come up; null: it was not guarded */
  async #cameBack(system: string, before: string | null, beganAt: number, signal: AbortSignal): Promise<RebootEnd> {
    const { work, host, steps, link, privilege, keys, health } = this.#parts;
    this.#done = 'back';
    steps.progress('reboot', { note: 'is back, its units are starting' });
    await this.#settle(system, signal);
    const session = await link.open(signal);
    const facts = await readMachineFacts(session, signal);
    work.context.emit({ type: 'command', command: rebootCommand(host.name, privilege), exitCode: 0 });
    if (facts.currentSystem !== system) {
      const evidence = `wanted: ${system}\nruns:   ${facts.currentSystem ?? 'nothing'}\nboots:  ${facts.profileSystem ?? 'nothing'}`;
      if (facts.currentSystem === null || facts.currentSystem !== before)
        return this.#failed(rebootProblems.otherSystem(host.name, evidence), facts, signal);
      await followBootGuard(session, privilege, before, signal);
      const problem = rebootProblems.wentBack(host.name, evidence);
      steps.fail('reboot', problem.title);
      return { end: 'reverted', problem, facts: await readMachineFacts(session, signal) };
    }
    await keys?.all(signal);
    this.#hasKeysAgain = keys !== null;
    if (losesKeys(host, keys)) work.context.log(host.name, `${keysGoneWords}\n`);
    const results = health.count === 0 ? [] : await this.#checks(session, signal);
    const unhealthy = results.filter((result) => !areHealthy([result]));
    // What was switched to was confirmed before its restart; what only boots is on trial until it is well.
    if (work.spec.goal === 'boot' && before !== null && unhealthy.length > 0)
      return this.#failed(rebootProblems.unconfirmed(host.name, checkLines(unhealthy)), facts, signal);
    const notDefault = await endBootGuard(session, privilege, system, signal);
    if (notDefault !== null) return this.#failed(rebootProblems.notDefault(host.name, notDefault), facts, signal);
    const seconds = Math.round((Date.now() - beganAt) / 1000);
    steps.done('reboot', `back after ${seconds} s`);
    // What failed while the checks ran counts too.
    return { end: 'back', facts: await readMachineFacts(session, signal), unhealthy };
  }

  async #checks(session: HostSession, signal: AbortSignal): Promise<HealthResult[]> {
    const { host, steps, health } = this.#parts;
    return health.run(session, {
      signal,
      until: Date.now() + secondsFor(host.checks) * 1000,
      onProgress: (note) => steps.progress('reboot', { note }),
    });
  }

  /** Which units failed is known when none is starting any more. */
  async #settle(system: string, signal: AbortSignal): Promise<void> {
    const { link } = this.#parts;
    const until = Date.now() + settleMs;
    while (Date.now() < until) {
      if ((await readBootState(await link.open(signal), system, signal)).isUp) return;
      await wait(pauseMs, undefined, { signal });
    }
  }

  #failed(problem: Problem, facts: MachineFacts | null, signal: AbortSignal): RebootEnd {
    signal.throwIfAborted();
    this.#parts.steps.fail('reboot', problem.title);
    return { end: 'failed', problem, facts };
  }
}

/** True where a host has keys, and none come again after its restart. */
export function losesKeys({ keys }: Pick<DeployHost, 'keys'>, uploaded: RebootWork['keys']): boolean {
  return keys !== null && uploaded === null;
}

/** Why a host has to restart for what was deployed to be what runs; null where it has not. */
export function whyReboot(goal: Goal, system: string, { currentSystem, changed }: BootState): string | null {
  if (goal === 'boot' && currentSystem !== system) return 'for the new system';
  if (changed.length === 0) return null;
  return `for another ${changed.join(', ')}`;
}
