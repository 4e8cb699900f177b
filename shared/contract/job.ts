import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './base.ts';
import { hostChanges } from './changes.ts';
import { healthResult } from './health.ts';
import { fleetKind } from './host.ts';
import { fleetId, hostName, jobId } from './ids.ts';
import { workLimits } from './limits.ts';
import { problem } from './problem.ts';
import { waveProgress } from './waves.ts';

/** `interrupted`: its runner died (power cut, SIGKILL); what the hosts are in is asked, not guessed. */
export const jobState = z.enum(['queued', 'running', 'succeeded', 'failed', 'partial', 'cancelled', 'interrupted']);
export type JobState = z.infer<typeof jobState>;

/**
 * Stages of all kinds of jobs, in the order in which a host goes through them. An install has its own: `review` compares
 * what was built with the machine, `rehearse` installs into a virtual machine, `kexec` starts the installer, `hardware` reads what is in the machine, `gate` reads the
 * disks again, `disko` erases them, `boot` waits for the installed system. In a deploy's `confirm` a new connection and
 * the health checks decide whether the watchdog is disarmed or goes back; `keys` uploads `deployment.keys`, some of them after
 * the activation; `reboot` is for hosts that need one. `clean` deletes generations and collects garbage.
 */
export const stage = z.enum([
  'plan',
  'evaluate',
  'build',
  'review',
  'rehearse',
  'kexec',
  'hardware',
  'gate',
  'disko',
  'copy',
  'install',
  'keys',
  'activate',
  'confirm',
  'reboot',
  'boot',
  'verify',
  'clean',
  'commit',
]);
export type Stage = z.infer<typeof stage>;

export const stepState = z.enum(['waiting', 'running', 'done', 'skipped', 'failed', 'cancelled']);
export type StepState = z.infer<typeof stepState>;

export const progressUnit = z.enum(['derivations', 'bytes', 'units', 'hosts', 'steps']);

/** One host in one stage. `total` 0: not known. `note` is a short result for the cell: `3 built`, `nothing to do`. */
export const step = z.object({
  host: hostName,
  stage,
  state: stepState,
  done: z.number(),
  total: z.number(),
  unit: progressUnit,
  bytesPerSecond: z.number().nullable(),
  note: z.string(),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
});
export type Step = z.infer<typeof step>;

/** A command as it was (or will be) run. `where`: the machine that it runs on. Never carries a secret. */
export const command = z.object({
  host: hostName.nullable(),
  stage,
  where: z.enum(['here', 'target']),
  argv: z.array(z.string()),
  env: z.record(z.string(), z.string()),
});
export type Command = z.infer<typeof command>;

/** One derivation of a build. `inputs` are those of its inputs that this build also makes or fetches. */
export const buildNode = z.object({
  drv: z.string(),
  name: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed']),
  kind: z.enum(['build', 'fetch', 'copy']),
  phase: z.string().nullable(),
  machine: z.string().nullable(),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  inputs: z.array(z.string()),
});
export type BuildNode = z.infer<typeof buildNode>;

/** A question that a running job asks a person. The answer goes to the runner's socket and is never written down. */
export const prompt = z.object({
  id: z.string(),
  /**
   * `text` is asked for in clear (a user name), `password` is not shown while it is typed; `go-on` is a pause between two
   * waves, answered with `yes` or `no`.
   */
  kind: z.enum(['password', 'text', 'host-key', 'confirm', 'go-on']),
  host: hostName.nullable(),
  text: z.string(),
  /** For host-key: what was offered, and what we knew. */
  fingerprint: z.string().nullable(),
  knownFingerprint: z.string().nullable(),
});
export type Prompt = z.infer<typeof prompt>;

/** `reverted`: the new system was activated, was not confirmed, and the host went back to the one before. */
export const hostOutcome = z.object({
  state: z.enum(['succeeded', 'unchanged', 'switched-with-failures', 'reverted', 'failed', 'cancelled', 'skipped']),
  generation: z.int().nullable(),
  system: z.string().nullable(),
  /** What boots next, where that is another than what runs. */
  boots: z.string().optional(),
  /** `system.stateVersion` of what was deployed; absent where that was not asked. */
  stateVersion: z.string().optional(),
  /** What builds `system`, of a host that a plan found to run it already. */
  derivation: z.string().optional(),
  /** Units that failed and had not before the deploy, in a system that stayed. */
  failedUnits: z.array(z.string()).optional(),
  error: problem.optional(),
});
export type HostOutcome = z.infer<typeof hostOutcome>;

/**
 * What guards a host while it is switched. `armed`: it goes back by itself at `deadlineAt` (this computer's clock, ms
 * since the epoch) unless it is disarmed over a new connection. `gone`: the machine was restarted meanwhile, and nothing
 * guards it any more.
 */
export const watchdog = z.object({
  state: z.enum(['armed', 'kept', 'reverting', 'reverted', 'gone']),
  seconds: z.int().positive(),
  deadlineAt: z.number(),
  /** Why it goes back or went back; empty otherwise. */
  reason: z.string(),
});
export type Watchdog = z.infer<typeof watchdog>;

/** What a person can decide about a host whose watchdog is armed: take the new system as it is, or go back at once. */
export const decision = z.enum(['keep', 'revert']);
export type Decision = z.infer<typeof decision>;

/** What builds a host's system, and the declaration of the host that says so; good for files of this `stamp`. */
export const evaluatedDerivation = z.object({
  stamp: z.string(),
  source: fleetKind,
  drvPath: z.string(),
  stateVersion: z.string().nullable(),
});
export type EvaluatedDerivation = z.infer<typeof evaluatedDerivation>;

/** `derivation`: absent where evaluating the same files again could give something else. */
const evaluatedSystem = z.object({ host: hostName, system: z.string(), derivation: evaluatedDerivation.optional() });
export type EvaluatedSystemOfHost = z.infer<typeof evaluatedSystem>;

/** What hosts would run by a state of their fleet's files (`fingerprint` names it), as a job has evaluated it. */
export const evaluatedSystems = z.object({ fingerprint: z.string(), systems: z.array(evaluatedSystem) });

/**
 * What a job does as a whole, beside what it does for single hosts. `total` 0: not known. `isHalted`: something failed, so
 * that what was to follow does not begin.
 */
export const jobActivity = z.object({
  text: z.string(),
  done: z.number(),
  total: z.number(),
  isHalted: z.literal(true).optional(),
});
export type JobActivity = z.infer<typeof jobActivity>;

/** What a runner appends to events.jsonl, one object a line. `seq` counts from 0 without gaps; `at` is ms since the epoch. */
const base = { seq: z.int().nonnegative(), at: z.number() };
export const jobEvent = z.discriminatedUnion('type', [
  z.object({ ...base, type: z.literal('started'), pid: z.int() }),
  z.object({ ...base, type: z.literal('step'), step }),
  z.object({ ...base, type: z.literal('command'), command, exitCode: z.int().nullable() }),
  z.object({ ...base, type: z.literal('build'), host: hostName, nodes: z.array(buildNode) }),
  z.object({ ...base, type: z.literal('prompt'), prompt }),
  z.object({ ...base, type: z.literal('answered'), promptId: z.string() }),
  z.object({ ...base, type: z.literal('problem'), host: hostName.nullable(), stage, problem }),
  z.object({ ...base, type: z.literal('note'), text: z.string() }),
  z.object({ ...base, type: z.literal('watchdog'), host: hostName, watchdog }),
  z.object({ ...base, type: z.literal('activity'), activity: jobActivity }),
  /** Of a deploy, when it begins and whenever a person changed them. */
  z.object({ ...base, type: z.literal('limits'), limits: workLimits }),
  /** All waves of a deploy, whenever one of them changed. */
  z.object({ ...base, type: z.literal('waves'), waves: z.array(waveProgress) }),
  z.object({ ...base, type: z.literal('systems'), evaluated: evaluatedSystems }),
  /** The generation that a host goes back to, where “previous” was asked for; before anything is changed. */
  z.object({ ...base, type: z.literal('goes-back'), host: hostName, generation: z.int().positive() }),
  /** What a deploy would change on a host: once without its units, and again with them. */
  z.object({ ...base, type: z.literal('changes'), host: hostName, changes: hostChanges }),
  /** All checks of a host, whenever one of them changed; `before` is one look before anything was changed. */
  z.object({
    ...base,
    type: z.literal('health'),
    host: hostName,
    phase: z.enum(['before', 'after']),
    results: z.array(healthResult),
  }),
  z.object({ ...base, type: z.literal('outcome'), host: hostName, outcome: hostOutcome }),
  z.object({
    ...base,
    type: z.literal('finished'),
    state: z.enum(['succeeded', 'failed', 'partial', 'cancelled', 'interrupted']),
    problem: problem.nullable(),
  }),
]);
export type JobEvent = z.infer<typeof jobEvent>;

export const jobSummary = z.object({
  id: jobId,
  kind: z.string(),
  title: z.string(),
  fleetId: fleetId.nullable(),
  hosts: z.array(hostName),
  state: jobState,
  queuedAt: z.number(),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  /** For a queued job: the job that holds a host that this one needs. */
  waitingFor: z.object({ jobId, host: hostName, title: z.string() }).nullable(),
  stepsDone: z.int(),
  stepsTotal: z.int(),
  /** From this user's own history; null without any. */
  estimatedMsLeft: z.number().nullable(),
  pendingPrompt: prompt.nullable(),
  /** Absent where its hosts' steps tell all, and when the job is over. */
  activity: jobActivity.optional(),
});
export type JobSummary = z.infer<typeof jobSummary>;

/** Everything that the deploy page shows; `shared/jobs/view.ts` folds events into it. */
export const jobDetail = z.object({
  summary: jobSummary,
  /** What was asked for (goal, hosts ...): shape by kind. */
  spec: z.record(z.string(), z.unknown()),
  nextSeq: z.int().nonnegative(),
  steps: z.array(step),
  commands: z.array(z.object({ command, exitCode: z.int().nullable(), at: z.number() })),
  builds: z.record(z.string(), z.array(buildNode)),
  problems: z.array(z.object({ host: hostName.nullable(), stage, problem })),
  /** Why the job as a whole ended as it did (interrupted in a step, could not start); null where its hosts tell all. */
  problem: problem.nullable(),
  outcomes: z.record(z.string(), hostOutcome),
  notes: z.array(z.object({ at: z.number(), text: z.string() })),
  /** Absent where nothing was evaluated, or the files changed while it was. */
  evaluated: evaluatedSystems.optional(),
  /** Absent where all hosts go at once. */
  waves: z.array(waveProgress).optional(),
  /** Absent where nothing is limited. */
  limits: workLimits.optional(),
  /** By host, the generation that the one before was when the job looked; absent where none was looked for. */
  goesBackTo: z.record(z.string(), z.int().positive()).optional(),
  /** By host, for those that are or were guarded. */
  watchdogs: z.record(z.string(), watchdog),
  /** By host, where the goal was to find out (dry-activate), or what was found out is carried out. */
  changes: z.record(z.string(), hostChanges),
  /** By host, for those that have checks. */
  health: z.record(z.string(), z.object({ before: z.array(healthResult), after: z.array(healthResult) })),
});
export type JobDetail = z.infer<typeof jobDetail>;

export const jobWatchEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), job: jobDetail }),
  z.object({ type: z.literal('events'), summary: jobSummary, events: z.array(jobEvent) }),
]);
export type JobWatchEvent = z.infer<typeof jobWatchEvent>;

/** A piece of a terminal's output as text (invalid UTF-8 replaced); `offset` is the byte position of its start. */
export const logChunk = z.object({ offset: z.number(), nextOffset: z.number(), text: z.string(), isEnd: z.boolean() });
export type LogChunk = z.infer<typeof logChunk>;

/**
 * Some lines of an export. `jobs`: how many are whole with this piece; an export that ends before all are was cut off.
 * `logBytes` of about `logBytesTotal` are read (a running job writes on); both are 0 without logs.
 */
export const exportPiece = z.object({
  text: z.string(),
  jobs: z.int(),
  logBytes: z.number(),
  logBytesTotal: z.number(),
});
export type ExportPiece = z.infer<typeof exportPiece>;

/** Who asked for a deploy, and what the fleet's repository was at when its systems were evaluated. */
export const jobOrigin = z.object({
  /** `user@computer`. */
  by: z.string(),
  /** null outside a git repository, and where nothing of it is deployed. `changedFiles`: not committed. */
  commit: z.object({ revision: z.string(), changedFiles: z.int() }).nullable(),
});
export type JobOrigin = z.infer<typeof jobOrigin>;

/** A job as it was for one of its hosts. */
export const jobOfHost = z.object({
  job: jobSummary,
  /** null: it has none yet, or the job ended before it. `generation` null: not known. */
  outcome: hostOutcome.pick({ state: true, generation: true }).nullable(),
  /** null for jobs that do not say. */
  origin: jobOrigin.nullable(),
});
export type JobOfHost = z.infer<typeof jobOfHost>;

/** How far estimates were off: the middle of the errors, each a share of what the deploy took, of so many deploys. */
export const estimateError = z.object({ median: z.number(), jobs: z.int() });
export type EstimateError = z.infer<typeof estimateError>;

export const jobContract = {
  list: procedure
    .input(z.object({ limit: z.int().positive().max(1000).optional(), fleetId: fleetId.optional() }))
    .output(z.array(jobSummary)),
  /** What was done on a host, the latest first. */
  ofHost: procedure
    .input(z.object({ fleetId, host: hostName, limit: z.int().positive().max(1000) }))
    .output(z.array(jobOfHost)),
  /** The jobs that are not over, plus each that ends while watched; one array of changed summaries per update. */
  watchAll: procedure.output(eventIterator(z.array(jobSummary))),
  /** null: no deploy had an estimate yet. */
  estimateError: procedure.output(estimateError.nullable()),
  show: procedure.input(z.object({ id: jobId })).output(jobDetail),
  /** A snapshot, then batches of events, at most 60 a second, until the job is over. */
  watch: procedure.input(z.object({ id: jobId })).output(eventIterator(jobWatchEvent)),
  /** One host's terminal (`host` null: the job's own), from a byte offset; ends when the job is over. */
  log: procedure
    .input(z.object({ id: jobId, host: hostName.nullable(), from: z.number().nonnegative().optional() }))
    .output(eventIterator(logChunk)),
  /** These jobs as JSON Lines, see docs/job-export.md; with logs as they are now, also of jobs that go on. */
  export: procedure
    .input(z.object({ ids: z.array(jobId).max(10_000), withLogs: z.boolean() }))
    .output(eventIterator(exportPiece)),
  cancel: procedure.input(z.object({ id: jobId })).output(z.void()),
  answer: procedure
    .input(z.object({ id: jobId, promptId: z.string(), answer: z.string().max(10_000) }))
    .output(z.void()),
  /** Keep what was activated, or go back now, on one host whose watchdog is armed; the job's events say what came of it. */
  decide: procedure.input(z.object({ id: jobId, host: hostName, decision })).output(z.void()),
  /** Other limits for a deploy that runs; what has begun goes on. */
  limit: procedure.input(z.object({ id: jobId, limits: workLimits.partial() })).output(z.void()),
  resize: procedure
    .input(z.object({ id: jobId, columns: z.int().min(20).max(500), rows: z.int().min(5).max(200) }))
    .output(z.void()),
};
