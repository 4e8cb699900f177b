import { setTimeout as wait } from 'node:timers/promises';
import type { HealthCheck, HealthResult } from '../../../../shared/contract/health.ts';
import { tryCheck, type CheckPlace } from './try-check.ts';
import type { Tried } from './tried.ts';

export interface ChecksOptions {
  readonly place: CheckPlace;
  /** Aborting it leaves the checks where they are: those that have not passed count as failed. */
  readonly signal: AbortSignal;
  /** No try begins after this; ms since the epoch. Without it, each check has its own time. */
  readonly until?: number;
  /** True for one look at how things are: each check is tried once and at once. */
  readonly isGlance?: boolean;
  /** Names of checks that failed before anything was changed: they do not count now. */
  readonly brokenBefore?: ReadonlySet<string>;
  /** All results, whenever one of them changes. */
  readonly onChange?: (results: readonly HealthResult[]) => void;
  /** A try told nothing of what it asked about: the question did not come through, or took too long. */
  readonly onUnanswered?: (check: HealthCheck) => void;
  /** A command ended. */
  readonly onCommand?: (check: HealthCheck, tried: Tried) => void;
}

/** Runs a host's checks side by side, each until it passes or its time is over. */
export async function runChecks(checks: readonly HealthCheck[], options: ChecksOptions): Promise<HealthResult[]> {
  const results = checks.map(({ name, kind }): HealthResult => ({
    name,
    kind,
    state: 'waiting',
    detail: '',
    tries: 0,
  }));
  await Promise.all(
    checks.map(async (check, index) => {
      for await (const result of triesOf(check, options)) {
        results[index] = result;
        options.onChange?.([...results]);
      }
    }),
  );
  return results;
}

/** True where nothing that worked before fails now. */
export function areHealthy(results: readonly HealthResult[]): boolean {
  return results.every(({ state }) => state === 'passed' || state === 'broken-before');
}

/** A line for each check, with what it said. */
export function checkLines(results: readonly HealthResult[]): string {
  return results.map(({ name, detail, tries }) => `${name}: ${detail} (tried ${tries} times)`).join('\n');
}

/** What a check came to after each try; the last says whether it passed. */
async function* triesOf(check: HealthCheck, options: ChecksOptions): AsyncGenerator<HealthResult> {
  const { place, signal, isGlance = false, brokenBefore, until = Infinity, onCommand, onUnanswered } = options;
  const { name, kind } = check;
  const wasBroken = brokenBefore?.has(name) ?? false;
  const giveUpAt = Math.min(until, Date.now() + (check.afterSeconds + check.withinSeconds) * 1000);
  const isOnce = isGlance || wasBroken;
  let detail = 'not tried';
  let tries = 0;
  const pause = (seconds: number): Promise<unknown> => wait(seconds * 1000, undefined, { signal }).catch(() => null);
  if (!isOnce && check.afterSeconds > 0) await pause(check.afterSeconds);
  while (!signal.aborted) {
    tries += 1;
    const left = Math.max(0.1, (until - Date.now()) / 1000);
    const limited = { ...check, timeoutSeconds: Math.min(check.timeoutSeconds, left) };
    const tried = await tryCheck(limited, place, signal).catch((): Tried => ({
      isGood: false,
      isUnanswered: true,
      detail: 'broken off',
    }));
    detail = tried.detail;
    if (tried.isUnanswered) onUnanswered?.(check);
    if (tried.isGood) {
      if (tried.exitCode !== undefined) onCommand?.(check, tried);
      yield { name, kind, state: 'passed', detail, tries };
      return;
    }
    const isLast = isOnce || signal.aborted || Date.now() + check.everySeconds * 1000 > giveUpAt;
    if (isLast) {
      if (tried.exitCode !== undefined) onCommand?.(check, tried);
      break;
    }
    yield { name, kind, state: 'waiting', detail, tries };
    await pause(check.everySeconds);
  }
  yield { name, kind, state: wasBroken ? 'broken-before' : 'failed', detail, tries };
}
