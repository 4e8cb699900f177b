import { z } from 'zod';
import { hostName } from './ids.ts';
import { problem } from './problem.ts';

/** When and how often a check is tried. It passes as soon as one try does. */
const trying = {
  /** What it is called where its result is shown; no two of a host are the same. */
  name: z.string().min(1).max(200),
  /** Before the first try, for what breaks a moment after it started. */
  afterSeconds: z.number().min(0).max(3600),
  /** It is tried again for so long. */
  withinSeconds: z.number().min(0).max(3600),
  everySeconds: z.number().min(0.1).max(600),
  /** Of one try. */
  timeoutSeconds: z.number().min(0.1).max(600),
};
const words = z.tuple([z.string().min(1)], z.string());

/** Something that must be so for a host to count as well. */
export const healthCheck = z.discriminatedUnion('kind', [
  /** The unit is active there. */
  z.object({ ...trying, kind: z.literal('unit'), unit: z.string().min(1).max(300) }),
  /** No unit is failed there that was not before. */
  z.object({ ...trying, kind: z.literal('failed-units') }),
  /** The address answers this computer; `status` null: anything below 400. */
  z.object({
    ...trying,
    kind: z.literal('http'),
    url: z.url({ protocol: /^https?$/ }),
    status: z.int().min(100).max(599).nullable(),
    contains: z.string().nullable(),
    /** True takes any certificate, as for one that signed itself. */
    isInsecure: z.boolean(),
  }),
  /** The port takes a connection from this computer. */
  z.object({ ...trying, kind: z.literal('tcp'), host: z.string().min(1), port: z.int().min(1).max(65535) }),
  /** The command ends with 0, on this computer in the fleet's folder. */
  z.object({ ...trying, kind: z.literal('command-here'), argv: words }),
  /** The command ends with 0 on the host, as root. */
  z.object({ ...trying, kind: z.literal('command-there'), argv: words }),
  /** The host's default gateway answers it. */
  z.object({ ...trying, kind: z.literal('gateway') }),
]);
export type HealthCheck = z.infer<typeof healthCheck>;

/** What says what is checked, of which a written check has exactly one. */
export const checkKinds = [
  'unit',
  'no-new-failed-units',
  'http',
  'tcp',
  'command',
  'command-here',
  'ping-gateway',
] as const;
const seconds = z.number();

/** A check as nixstead.toml has it: one key says what is checked, the others how. Times are in seconds. */
export const writtenCheck = z
  .strictObject({
    name: z.string().optional(),
    unit: z.string().optional(),
    'no-new-failed-units': z.literal(true).optional(),
    http: z.string().optional(),
    status: z.int().optional(),
    contains: z.string().optional(),
    insecure: z.boolean().optional(),
    tcp: z.union([z.int(), z.string()]).optional(),
    'command-here': words.optional(),
    command: words.optional(),
    'ping-gateway': z.literal(true).optional(),
    after: seconds.optional(),
    within: seconds.optional(),
    every: seconds.optional(),
    timeout: seconds.optional(),
  })
  .refine((check) => checkKinds.filter((kind) => check[kind] !== undefined).length === 1, {
    message: `exactly one of these says what is checked: ${checkKinds.join(', ')}`,
  });
export type WrittenCheck = z.infer<typeof writtenCheck>;

/** The hosts that a part of nixstead.toml is about: all, those with a tag, or one. */
export const safetyScope = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('defaults') }),
  z.object({ kind: z.literal('tag'), name: z.string().min(1).max(300) }),
  z.object({ kind: z.literal('host'), name: z.string().min(1).max(300) }),
]);
export type SafetyScope = z.infer<typeof safetyScope>;

/** Seconds until a host goes back by itself unless its switch is confirmed, as nixstead.toml has them. */
export const writtenWatchdog = z.union([z.int().min(5).max(86_400), z.literal('off')]);
export type WrittenWatchdog = z.infer<typeof writtenWatchdog>;

/** What nixstead.toml has for some hosts: checks in its order, and a watchdog (null: it says none). */
export const scopeChecks = z.object({
  scope: safetyScope,
  checks: z.array(writtenCheck),
  watchdog: writtenWatchdog.nullable(),
});
export type ScopeChecks = z.infer<typeof scopeChecks>;

/** One check written, in place of another (`index`), moved to other hosts, or taken away. */
export const checkChange = z.object({
  scope: safetyScope,
  /** The hosts that it is for from now on, after their other checks; without it those of `scope`. */
  to: safetyScope.optional(),
  /** Which of the scope's checks it is about; null: another one comes at their end. */
  index: z.int().nonnegative().nullable(),
  /** null: it goes. */
  check: writtenCheck.nullable(),
});
export type CheckChange = z.infer<typeof checkChange>;

/** null: nixstead.toml says none for them. */
export const watchdogChange = z.object({ scope: safetyScope, watchdog: writtenWatchdog.nullable() });
export type WatchdogChange = z.infer<typeof watchdogChange>;

/** `broken-before`: it fails, as it did before anything was changed, and does not count. */
export const healthResult = z.object({
  name: z.string(),
  kind: z.string(),
  state: z.enum(['waiting', 'passed', 'failed', 'broken-before']),
  /** What the last try said: `active`, `HTTP 502`, `connection refused`. */
  detail: z.string(),
  tries: z.int().nonnegative(),
});
export type HealthResult = z.infer<typeof healthResult>;

/** How one host is; `problem`: why it could not be asked, or why what needs root was not tried. */
export const hostHealth = z.object({ host: hostName, problem: problem.nullable(), results: z.array(healthResult) });
export type HostHealth = z.infer<typeof hostHealth>;
