import { z } from 'zod';
import { engineName } from '../contract/deploy.ts';
import { healthCheck, writtenCheck, writtenWatchdog, type HealthCheck, type WrittenCheck } from '../contract/health.ts';
import { wavePlan } from '../contract/waves.ts';

/**
 * `nixstead.toml` beside flake.nix: how careful deploys of this fleet are. `[defaults]` is for every host, `[tags.NAME]`
 * for hosts with a tag, `[hosts.NAME]` for one; each may hold `watchdog` and a list `health`. `engine` stands before them. `[waves]` says
 * which hosts go before others.
 */

const part = z.strictObject({
  watchdog: writtenWatchdog.optional(),
  health: z.array(writtenCheck).optional(),
});
type Part = z.infer<typeof part>;

export const safetyFile = z.strictObject({
  /** What this fleet is deployed with. */
  engine: engineName.optional(),
  waves: wavePlan.optional(),
  defaults: part.optional(),
  tags: z.record(z.string(), part).optional(),
  hosts: z.record(z.string(), part).optional(),
});
export type SafetyFile = z.infer<typeof safetyFile>;

export interface HostSafety {
  /** null: no watchdog. */
  readonly watchdogSeconds: number | null;
  readonly checks: readonly HealthCheck[];
}

/** A switch of a machine at home is over sooner, and nobody likes to wait longer for a machine that is lost. */
const usualWatchdogSeconds = 60;
/** What activating and connecting may take of a watchdog's time, besides the checks. */
const besidesChecksSeconds = 30;
const usual = { after: 0, within: 15, every: 1, timeout: 5 } as const;

/**
 * What a file says of one host. A host's own watchdog is believed first, then the longest of its tags, then the default;
 * the checks of all three are joined. A watchdog that would not wait for its checks waits longer.
 * @param address where the host answers; stands for `{address}` in what is written
 * @throws ZodError where a check cannot be (a port above 65535, no URL)
 */
export function safetyOf(
  file: SafetyFile,
  host: { readonly name: string; readonly tags: readonly string[]; readonly address: string },
): HostSafety {
  const ofTags = host.tags.flatMap((tag) => own(file.tags, tag));
  const [ofHost] = own(file.hosts, host.name);
  const parts = [...(file.defaults ? [file.defaults] : []), ...ofTags, ...(ofHost ? [ofHost] : [])];
  const checks = readChecks(
    parts.flatMap(({ health = [] }) => health),
    host.address,
  );
  const watchdog =
    ofHost?.watchdog ?? longest(ofTags.map((tag) => tag.watchdog)) ?? file.defaults?.watchdog ?? usualWatchdogSeconds;
  return { watchdogSeconds: watchdog === 'off' ? null : waitingForChecks(watchdog, checks), checks };
}

/**
 * Written checks as they are of a host, in their order.
 * @param address where the host answers; stands for `{address}` in what is written
 * @throws ZodError where a check cannot be
 */
export function readChecks(written: readonly WrittenCheck[], address: string): HealthCheck[] {
  return named(written.map((check) => readCheck(check, address)));
}

/** The seconds of a watchdog, or as many as its checks may take where those are more. */
export function waitingForChecks(seconds: number, checks: readonly HealthCheck[]): number {
  return Math.max(seconds, secondsFor(checks));
}

/** How long a watchdog has to wait for these checks to have had all their tries. */
export function secondsFor(checks: readonly HealthCheck[]): number {
  const longestCheck = checks.map(
    ({ afterSeconds, withinSeconds, timeoutSeconds }) => afterSeconds + withinSeconds + timeoutSeconds,
  );
  return checks.length === 0 ? 0 : Math.ceil(Math.max(...longestCheck)) + besidesChecksSeconds;
}

function own(parts: SafetyFile['tags'], name: string): Part[] {
  const found = parts && Object.hasOwn(parts, name) ? parts[name] : undefined;
  return found ? [found] : [];
}

/** A time is safer than none. */
function longest(watchdogs: readonly Part['watchdog'][]): Part['watchdog'] {
  const times = watchdogs.filter((one) => typeof one === 'number');
  return times.length > 0 ? Math.max(...times) : watchdogs.find((one) => one === 'off');
}

function readCheck(check: WrittenCheck, address: string): HealthCheck {
  const trying = {
    afterSeconds: check.after ?? usual.after,
    withinSeconds: check.within ?? usual.within,
    everySeconds: check.every ?? usual.every,
    timeoutSeconds: check.timeout ?? usual.timeout,
  };
  const what = { ...target(check, address), ...trying };
  return healthCheck.parse({ ...what, name: check.name ?? what.name });
}

function target(check: WrittenCheck, address: string): { name: string; kind: string; [key: string]: unknown } {
  const filled = (text: string, place = address): string => text.replaceAll('{address}', place);
  if (check.unit !== undefined) {
    const unit = check.unit.includes('.') ? check.unit : `${check.unit}.service`;
    return { kind: 'unit', unit, name: `${unit} is active` };
  }
  if (check['no-new-failed-units']) return { kind: 'failed-units', name: 'no new failed units' };
  if (check.http !== undefined) {
    const url = filled(check.http, address.includes(':') ? `[${address}]` : address);
    const { status = null, contains = null, insecure: isInsecure = false } = check;
    return { kind: 'http', url, status, contains, isInsecure, name: url };
  }
  if (check.tcp !== undefined) {
    const written = typeof check.tcp === 'number' ? `${address}:${check.tcp}` : filled(check.tcp);
    const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(written) ?? [];
    return { kind: 'tcp', host, port: Number(port), name: `${written} takes connections` };
  }
  const command = check.command ?? check['command-here'];
  if (command !== undefined) {
    const [program, ...rest] = command.map((word) => filled(word));
    const words = [program, ...rest];
    return { kind: check.command ? 'command-there' : 'command-here', argv: words, name: words.join(' ').slice(0, 200) };
  }
  return { kind: 'gateway', name: 'the gateway answers' };
}

/** Two checks of one name could not be told apart. */
function named(checks: readonly HealthCheck[]): HealthCheck[] {
  const seen = new Map<string, number>();
  return checks.map((check) => {
    const count = (seen.get(check.name) ?? 0) + 1;
    seen.set(check.name, count);
    return count === 1 ? check : { ...check, name: `${check.name} (${count})` };
  });
}
