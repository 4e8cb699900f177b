import type { JobDetail, JobWatchEvent } from '../../shared/contract/job.ts';
import type { JobId } from '../../shared/contract/ids.ts';
import type { Problem } from '../../shared/contract/problem.ts';
import { foldJobEvent } from '../../shared/jobs/view.ts';
import { asProblem } from '../app/as-problem.ts';
import type { Connection } from '../app/connection.ts';

/** One job, live: a snapshot and then every event folded into it, until the job is over. */
export class JobWatch implements Disposable {
  readonly id: JobId;
  #detail = $state.raw<JobDetail | null>(null);
  #problem = $state.raw<Problem | null>(null);
  readonly #stream: Disposable;

  constructor(connection: Connection, id: JobId) {
    this.id = id;
    this.#stream = connection.follow((signal) => connection.client.job.watch({ id }, { signal }), {
      each: (event) => this.#take(event),
      failed: (error) => (this.#problem = asProblem(error)),
    });
  }

  get detail(): JobDetail | null {
    return this.#detail;
  }
  /** Why the job cannot be shown, for example that there is none of this id. */
  get problem(): Problem | null {
    return this.#problem;
  }

  #take(event: JobWatchEvent): void {
    if (event.type === 'snapshot') {
      this.#detail = event.job;
    } else if (this.#detail !== null) {
      this.#detail = { ...event.events.reduce(foldJobEvent, this.#detail), summary: event.summary };
    }
  }

  [Symbol.dispose](): void {
    this.#stream[Symbol.dispose]();
  }
}
