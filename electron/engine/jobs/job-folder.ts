import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { fleetId, hostName, jobId, type HostName } from '../../../shared/contract/ids.ts';
import type { NewJobEvent } from './context.ts';
import { jobNotWritten } from './errors.ts';
import { processIdentity, type ProcessIdentity } from './process-identity.ts';

/** What a job is: written once when it is queued, read by its runner. */
export const jobFile = z.object({
  version: z.literal(1),
  id: jobId,
  kind: z.string(),
  title: z.string(),
  spec: z.record(z.string(), z.unknown()),
  fleetId: fleetId.nullable(),
  hosts: z.array(z.object({ name: hostName, address: z.string().nullable() })),
  /** Milliseconds since the epoch. */
  queuedAt: z.number(),
  /** Earlier jobs with a host in common; this one starts when they are over. */
  after: z.array(z.object({ jobId, host: hostName, title: z.string() })),
  /** The engine that queued it and starts its runner. */
  queuedBy: processIdentity,
});
export type JobFile = z.infer<typeof jobFile>;

/** Who runs a job and where it listens. Whoever writes this file first has the job. */
export const runnerFile = z.object({
  version: z.literal(1),
  runner: processIdentity,
  /** The path of a unix socket or the name of a Windows pipe; null where an engine took the job only to close it. */
  socket: z.string().nullable(),
  /** Proves to the runner that a request comes from somebody who can read this file. */
  token: z.string(),
});
export type RunnerFile = z.infer<typeof runnerFile>;

/** The paths inside a job's folder. Host names come from foreign flakes, so none ever becomes part of a path. */
export class JobFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get events(): string {
    return join(this.path, 'events.jsonl');
  }

  /** What the runner itself says: empty unless it failed. */
  get runnerLog(): string {
    return join(this.path, 'runner.log');
  }

  get logs(): string {
    return join(this.path, 'log');
  }

  /** The raw bytes of a host's terminal; null: the job's own. */
  log(host: HostName | null): string {
    if (host === null) return join(this.logs, 'job.log');
    return join(this.logs, `${createHash('sha256').update(host).digest('hex').slice(0, 32)}.log`);
  }

  /**
   * Makes the folder with its description and its first events, whole or not at all.
   * @throws ProblemError `job-not-written`
   */
  create(job: JobFile, known: readonly NewJobEvent[] = []): void {
    const draft = join(dirname(this.path), `.new-${basename(this.path)}`);
    try {
      mkdirSync(join(draft, 'log'), { recursive: true, mode: 0o700 });
      writeFileSync(join(draft, 'job.json'), `${JSON.stringify(job, null, 2)}\n`, { mode: 0o600 });
      const events = known.map((event, seq) => `${JSON.stringify({ seq, at: job.queuedAt, ...event })}\n`);
      writeFileSync(join(draft, 'events.jsonl'), events.join(''), { mode: 0o600 });
      renameSync(draft, this.path);
    } catch (error) {
      rmSync(draft, { recursive: true, force: true });
      throw error instanceof Error ? jobNotWritten(dirname(this.path), error) : error;
    }
  }

  /** null where there is no job here that can be read. */
  readJob(): JobFile | null {
    return this.#read('job.json', jobFile);
  }

  readRunner(): RunnerFile | null {
    return this.#read('runner.json', runnerFile);
  }

  /**
   * True where who runs the job was written down, but not whole: the power went off before it was on the disk. Nobody
   * runs it any more.
   */
  get isHolderTorn(): boolean {
    try {
      JSON.parse(readFileSync(join(this.path, 'runner.json'), 'utf8'));
      return false;
    } catch (error) {
      return error instanceof SyntaxError;
    }
  }

  /** A runner was started, and has not taken the job yet. It may outlive who started it. */
  writeStarting(runner: ProcessIdentity): void {
    const draft = join(this.path, '.starting');
    writeFileSync(draft, `${JSON.stringify(runner)}\n`, { mode: 0o600 });
    renameSync(draft, join(this.path, 'starting.json'));
  }

  /** null where no runner was started. */
  readStarting(): ProcessIdentity | null {
    return this.#read('starting.json', processIdentity);
  }

  /** Takes the job; false where somebody else has it. The file appears whole, and only once. */
  claim(runner: RunnerFile): boolean {
    const draft = join(this.path, `.runner-${process.pid}`);
    writeFileSync(draft, `${JSON.stringify(runner)}\n`, { mode: 0o600 });
    try {
      linkSync(draft, join(this.path, 'runner.json'));
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
      throw error;
    } finally {
      rmSync(draft);
    }
  }

  /** A job that waited for its hosts does so no longer: whatever is queued from now on waits for it. */
  goOn(): void {
    writeFileSync(join(this.path, 'gone-on'), '', { mode: 0o600 });
  }

  /** True from {@link goOn} on. */
  get hasGoneOn(): boolean {
    return existsSync(join(this.path, 'gone-on'));
  }

  #read<Value>(name: string, schema: z.ZodType<Value>): Value | null {
    try {
      return schema.parse(JSON.parse(readFileSync(join(this.path, name), 'utf8')));
    } catch {
      return null;
    }
  }
}
