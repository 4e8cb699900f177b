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

/** How one host is; `problem`: why it could not be asked. */
export const hostHealth = z.object({ host: hostName, problem: problem.nullable(), results: z.array(healthResult) });
export type HostHealth = z.infer<typeof hostHealth>;
