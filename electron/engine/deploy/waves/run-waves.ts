import { setTimeout as wait } from 'node:timers/promises';
import type { HostName } from '../../../../shared/contract/ids.ts';
import type { HostOutcome } from '../../../../shared/contract/job.ts';
import type { Problem } from '../../../../shared/contract/problem.ts';
import type { Wave, WavePlan, WaveProgress } from '../../../../shared/contract/waves.ts';
import { mayGoOn } from '../../../../shared/fleet/waves.ts';
import type { JobContext } from '../../jobs/context.ts';
import { isOffline } from '../reach-host.ts';
import type { DeploySpec } from '../spec.ts';
import { waveProblems, type HaltCause } from './problems.ts';

/** What is done with single hosts. */
export interface WaveHosts {
  /** True where it fails before anything is done with it, which was known before the deploy began. */
  isRefused(host: HostName): boolean;
  deploy(host: HostName): Promise<HostOutcome>;
  /** Its turn does not come. */
  skip(host: HostName, outcome: HostOutcome): void;
  /** Runs its health checks once more; null: all is well. */
  check(host: HostName, outcome: HostOutcome): Promise<HostOutcome | null>;
  /** Back to what it ran before this deploy. */
  goBack(host: HostName, outcome: HostOutcome): Promise<HostOutcome>;
}

type Context = Pick<JobContext, 'emit' | 'ask' | 'signal'>;
type Waves = NonNullable<DeploySpec['waves']>;

/** Why no other wave begins. */
interface Halt {
  readonly reason: string;
  readonly by: HaltCause;
}

/**
 * A wave that comes before others and of which every host is refused, so that it can show nothing: none begins then. -1: there
 * is no such wave.
 */
export function barredWave(list: readonly Pick<Wave, 'hosts'>[], isRefused: (host: HostName) => boolean): number {
  return list.slice(0, -1).findIndex(({ hosts }) => hosts.every(isRefused));
}

/** Carries out waves one after the other; what each waits for is told as events. */
export class WaveRun {
  readonly #context: Context;
  readonly #plan: WavePlan;
  readonly #hosts: WaveHosts;
  readonly #outcomes = new Map<HostName, HostOutcome>();
  #waves: WaveProgress[];

  constructor(context: Context, { plan, list }: Waves, hosts: WaveHosts) {
    this.#context = context;
    this.#plan = plan;
    this.#hosts = hosts;
    this.#waves = list.map((wave) => ({ ...wave, state: 'waiting', waitsFor: null, until: null, failed: 0 }));
  }

  /** Comes with every host's outcome; never rejects for what a host came to. */
  async run(): Promise<Map<HostName, HostOutcome>> {
    const barred = barredWave(this.#waves, (host) => this.#hosts.isRefused(host));
    if (barred !== -1 && !this.#context.signal.aborted) {
      await this.#refuse(barred);
      return this.#outcomes;
    }
    for (const [index, wave] of this.#waves.entries()) {
      if (this.#context.signal.aborted) {
        // Each of its hosts says itself that it was cancelled.
        this.#change(index, { state: 'skipped' });
        await this.#deployAll(wave.hosts);
        continue;
      }
      this.#change(index, { state: 'running' });
      await this.#deploy(index, wave.hosts);
      const halt = await this.#whyHalt(index);
      if (halt !== null && !this.#context.signal.aborted) {
        await this.#stop(index, halt);
        break;
      }
      const isCancelled = this.#context.signal.aborted && (!this.#isLast(index) || this.#failedOf(wave.hosts) > 0);
      this.#change(index, { state: isCancelled ? 'stopped' : 'done', waitsFor: null, until: null });
    }
    return this.#outcomes;
  }

  /** Nothing begins, since it would stop half way: what stands in the way is known now. */
  async #refuse(barred: number): Promise<void> {
    const { name = '', hosts: refused = [] } = this.#waves[barred] ?? {};
    const reason = `“${name}” cannot be tried: ${refused.join(', ')} ${refused.length === 1 ? 'is' : 'are'} refused`;
    const text = `No wave begins: ${reason}`;
    this.#context.emit({ type: 'activity', activity: { text, done: 0, total: this.#waves.length, isHalted: true } });
    for (const [index, { hosts }] of this.#waves.entries()) {
      this.#change(index, { state: index === barred ? 'stopped' : 'skipped' });
      const own = hosts.filter((host) => this.#hosts.isRefused(host));
      for (const host of hosts) if (!own.includes(host)) this.#skip(host, waveProblems.notBegun(host, reason));
      // Each says itself why.
      await this.#deploy(index, own);
    }
  }

  #deploy(index: number, hosts: readonly HostName[]): Promise<void> {
    return this.#deployAll(hosts, () => this.#change(index, { failed: this.#failedOf(hosts) }));
  }

  async #deployAll(hosts: readonly HostName[], onEach?: () => void): Promise<void> {
    await Promise.all(
      hosts.map(async (host) => {
        this.#outcomes.set(host, await this.#hosts.deploy(host));
        onEach?.();
      }),
    );
  }

  #isLast(index: number): boolean {
    return index === this.#waves.length - 1;
  }

  /** Null where the next wave may begin, if there is one. */
  async #whyHalt(index: number): Promise<Halt | null> {
    const isLast = this.#isLast(index);
    const failed = this.#whyStop(index);
    if (failed === null && !isLast && this.#isUntried(index)) {
      const { name = '', hosts = [] } = this.#waves[index] ?? {};
      const some = hosts.some((host) => this.#hosts.isRefused(host)) ? 'are refused or could' : 'could';
      return { reason: `“${name}” was not tried: ${hosts.join(', ')} ${some} not be reached`, by: 'untried' };
    }
    if (failed !== null) return { reason: failed, by: 'failure' };
    return isLast ? null : this.#gate(index);
  }

  /** True where a wave shows nothing of what comes after it, since none of its hosts was there. */
  #isUntried(index: number): boolean {
    const hosts = this.#waves[index]?.hosts ?? [];
    return hosts.every((host) => {
      const outcome = this.#outcomes.get(host);
      if (this.#hosts.isRefused(host)) return true;
      return outcome?.state === 'skipped' || (outcome?.error !== undefined && isOffline(outcome.error));
    });
  }

  /** What comes before the next wave. Comes with why where that must not begin. */
  async #gate(index: number): Promise<Halt | null> {
    const { signal } = this.#context;
    const wave = this.#waves[index];
    if (wave === undefined) return null;
    const { gate, hosts, name } = wave;
    try {
      if (gate.waitMinutes > 0) {
        const ms = Math.round(gate.waitMinutes * 60_000);
        this.#change(index, { state: 'gate', waitsFor: 'time', until: Date.now() + ms });
        await wait(ms, undefined, { signal });
      }
      if (gate.isHealthChecked) {
        this.#change(index, { state: 'gate', waitsFor: 'health', until: null });
        await Promise.all(hosts.map((host) => this.#check(host)));
        this.#change(index, { failed: this.#failedOf(hosts) });
        const reason = this.#whyStop(index);
        if (reason !== null) return { reason, by: 'failure' };
      }
      if (!gate.isPaused) return null;
      this.#change(index, { state: 'gate', waitsFor: 'person', until: null });
      const next = this.#waves[index + 1];
      const answer = await this.#context.ask({
        kind: 'go-on',
        host: null,
        text: `“${name}” is through. Go on with “${next?.name ?? ''}” (${next?.hosts.join(', ') ?? ''})?`,
        fingerprint: null,
        knownFingerprint: null,
      });
      const isYes = answer.trim().toLowerCase() === 'yes';
      return isYes ? null : { reason: `a person stopped it after “${name}”`, by: 'person' };
    } catch (error) {
      if (signal.aborted) return null;
      throw error;
    }
  }

  async #check(host: HostName): Promise<void> {
    const outcome = this.#outcomes.get(host);
    if (outcome === undefined || isFailure(outcome) || outcome.state === 'skipped') return;
    const worse = await this.#hosts.check(host, outcome);
    if (worse) this.#outcomes.set(host, worse);
  }

  /** Null where the next wave may begin. A host that is refused was never tried, and says nothing of what was deployed. */
  #whyStop(index: number): string | null {
    const all = this.#waves.slice(0, index + 1).flatMap(({ hosts }) => hosts);
    const failed = all.filter((host) => isFailure(this.#outcomes.get(host)) && !this.#hosts.isRefused(host));
    if (mayGoOn(this.#plan, failed.length)) return null;
    return `${failed.join(', ')} failed in “${this.#waves[index]?.name ?? ''}” or before`;
  }

  async #stop(index: number, { reason, by }: Halt): Promise<void> {
    this.#change(index, { state: 'stopped', waitsFor: null, until: null });
    const goesBack = this.#plan['when-stopped'] === 'go-back' && by !== 'untried';
    const text = `No other wave begins: ${reason}${goesBack ? '. What was deployed goes back' : ''}`;
    const done = this.#waves.filter(({ state }) => state === 'done').length;
    this.#context.emit({ type: 'activity', activity: { text, done, total: this.#waves.length, isHalted: true } });
    for (const [later, { hosts }] of this.#waves.entries()) {
      if (later <= index) continue;
      this.#change(later, { state: 'skipped' });
      for (const host of hosts) this.#skip(host, waveProblems.notReached(host, reason, by));
    }
    // What did no good here does not come to a host later by itself.
    for (const [host, { error }] of this.#outcomes) {
      if (by !== 'untried' && error?.code === 'deploy-offline-later')
        this.#skip(host, waveProblems.notLater(host, reason, by));
    }
    if (!goesBack) return;
    const reached = [...this.#outcomes].filter(
      ([, { state }]) => state === 'succeeded' || state === 'switched-with-failures',
    );
    await Promise.all(
      reached.map(async ([host, outcome]) => this.#outcomes.set(host, await this.#hosts.goBack(host, outcome))),
    );
  }

  #skip(host: HostName, error: Problem): void {
    const outcome: HostOutcome = { state: 'skipped', generation: null, system: null, error };
    this.#outcomes.set(host, outcome);
    this.#hosts.skip(host, outcome);
  }

  #failedOf(hosts: readonly HostName[]): number {
    return hosts.filter((host) => isFailure(this.#outcomes.get(host))).length;
  }

  #change(index: number, change: Partial<WaveProgress>): void {
    this.#waves = this.#waves.map((wave, at) => (at === index ? { ...wave, ...change } : wave));
    this.#context.emit({ type: 'waves', waves: this.#waves });
    const wave = this.#waves[index];
    if (!wave || (wave.state !== 'running' && wave.state !== 'gate')) return;
    const done = this.#waves.filter(({ state }) => state === 'done').length;
    const text = `Wave ${index + 1} of ${this.#waves.length}, ${wave.name}${doing(wave)}`;
    this.#context.emit({ type: 'activity', activity: { text, done, total: this.#waves.length } });
  }
}

function doing({ waitsFor, hosts }: WaveProgress): string {
  switch (waitsFor) {
    case 'time':
      return ': through, waits';
    case 'health':
      return ': through, checks health again';
    case 'person':
      return ': through, waits for a person';
    case null:
      return `: ${hosts.length === 1 ? '1 host' : `${hosts.length} hosts`}`;
  }
}

/** True where a host did not come to what was asked for; one that was left out says nothing. */
function isFailure(outcome: HostOutcome | undefined): boolean {
  const state = outcome?.state;
  return state === 'failed' || state === 'reverted' || state === 'switched-with-failures' || state === 'cancelled';
}
