import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fleetId, hostName, type HostName, type JobId } from '../../../shared/contract/ids.ts';
import type { JobDetail } from '../../../shared/contract/job.ts';
import { foldJobEvent } from '../../../shared/jobs/view.ts';
import { openHome, type Home } from '../../../electron/engine/home.ts';
import { JobFolder } from '../../../electron/engine/jobs/job-folder.ts';
import { createJobs, type Jobs } from '../../../electron/engine/jobs/jobs.ts';
import { isAlive } from '../../../electron/engine/jobs/process-identity.ts';
import type { Keep } from '../../../electron/engine/jobs/prune.ts';
import { openStore, type Store } from '../../../electron/engine/store/open.ts';
import { kinds } from './kinds.ts';

export const fleet = fleetId.parse('0123456789abcdef');
export const host = (name: string): HostName => hostName.parse(name);
const kindsModule = { kinds, file: join(import.meta.dirname, 'kinds.ts') };

/** A home folder that is gone after the test. */
export function temporaryHome(): Home & Disposable {
  const root = mkdtempSync(join(tmpdir(), 'nixstead-jobs-'));
  const home = openHome({ NIXSTEAD_HOME: root });
  return {
    ...home,
    [Symbol.dispose]: () => {
      waitForRunners(home);
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A runner that has told the end of its job still writes Node's compiled code into the cache. */
function waitForRunners(home: Home): void {
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (const id of readdirSync(home.jobs)) {
    const runner = new JobFolder(join(home.jobs, id)).readRunner()?.runner;
    // An engine, such as this process, takes a job only to close it.
    if (runner === undefined || runner.pid === process.pid) continue;
    for (let turn = 0; turn < 200 && isAlive(runner); turn += 1) Atomics.wait(clock, 0, 0, 20);
  }
}

/** The parts of an engine that jobs need, on a real store; runners know the kinds of `kinds.ts`. */
export class TestEngine implements AsyncDisposable {
  readonly home: Home;
  readonly store: Store;
  readonly jobs: Jobs;
  readonly #begun: JobId[] = [];

  constructor(home: Home, keep?: Keep) {
    this.home = home;
    this.store = openStore(home).store;
    this.jobs = createJobs({ home, store: this.store, kinds: kindsModule, keep });
  }

  async play(
    actions: readonly Record<string, unknown>[],
    more: { hosts?: string[]; addresses?: Map<HostName, string>; afterCancel?: Record<string, unknown>[] } = {},
  ): Promise<JobId> {
    const { hosts = ['web'], addresses, afterCancel = [] } = more;
    const id = await this.jobs.queue({
      kind: 'play',
      spec: { actions, afterCancel },
      title: `Play on ${hosts.join(', ')}`,
      fleetId: fleet,
      hosts: hosts.map(host),
      addresses,
    });
    this.#begun.push(id);
    return id;
  }

  /** Watches a job until it is as wanted, and returns it then. Throws when it ends before. */
  async until(id: JobId, isWanted: (job: JobDetail) => boolean): Promise<JobDetail> {
    let job: JobDetail | null = null;
    for await (const update of this.jobs.watch(id)) {
      if (update.type === 'snapshot') job = update.job;
      else if (job !== null) job = { ...update.events.reduce(foldJobEvent, job), summary: update.summary };
      if (job !== null && isWanted(job)) return job;
    }
    throw new Error(`job ${id} ended otherwise: ${JSON.stringify(job, null, 2)}`);
  }

  over(id: JobId): Promise<JobDetail> {
    return this.until(id, (job) => job.summary.endedAt !== null);
  }

  async log(id: JobId, name: string | null, from?: number): Promise<string> {
    let text = '';
    const log = this.jobs.log({ id, host: name === null ? null : host(name), from });
    for await (const chunk of log) text += chunk.text;
    return text;
  }

  /** Reads a log until it holds this text, and returns what came up to then. */
  async untilLog(id: JobId, name: string | null, wanted: string | RegExp): Promise<string> {
    let text = '';
    for await (const chunk of this.jobs.log({ id, host: name === null ? null : host(name) })) {
      text += chunk.text;
      if (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text)) return text;
    }
    throw new Error(`job ${id} ended without it; its log: ${text}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const id of this.#begun) await this.jobs.cancel(id).catch(() => undefined);
    for (const id of this.#begun) await this.over(id).catch(() => undefined);
    await this.jobs[Symbol.asyncDispose]();
    this.store[Symbol.dispose]();
  }
}

/** A program that waits until the test lets it go on. */
export class Gate {
  readonly path: string;
  constructor(home: Home, name = 'gate') {
    this.path = join(home.cache, name);
    execFileSync('mkfifo', [this.path]);
  }

  /** An action that ends when the gate opens. */
  get action(): Record<string, unknown> {
    return { do: 'run', argv: ['cat', this.path] };
  }

  /** Resolves when the program has come to the gate and was let through. */
  async open(): Promise<void> {
    await writeFile(this.path, '');
  }
}
