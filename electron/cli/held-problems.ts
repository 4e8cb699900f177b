import { isDeepStrictEqual } from 'node:util';
import type { HostName } from '../../shared/contract/ids.ts';
import type { HostOutcome } from '../../shared/contract/job.ts';
import type { Problem } from '../../shared/contract/problem.ts';

/** A problem, and the host that has it. */
export interface HeldProblem {
  readonly host: HostName;
  readonly problem: Problem;
}

/**
 * Problems of hosts while a job is followed whose result is shown at its end. What stopped a host is told there, where it is
 * looked for and nothing scrolls it away; until then it is held. What its host goes on after is told when it does.
 */
export class HeldProblems {
  #held: HeldProblem[] = [];
  readonly #told: HeldProblem[] = [];

  /** All that was to be told before the result. */
  get told(): readonly HeldProblem[] {
    return this.#told;
  }

  hold(problem: HeldProblem): void {
    this.#held.push(problem);
  }

  /** What is to be told now, since its host goes on, or, without one, since a person is asked. */
  release(host?: HostName): HeldProblem[] {
    return this.#take((each) => host === undefined || each.host === host);
  }

  /** What the result does not tell. */
  releaseBeside(outcomes: Readonly<Record<string, HostOutcome>>): HeldProblem[] {
    const errors = Object.entries(outcomes);
    return this.#take(
      ({ host, problem }) => !errors.some(([name, { error }]) => name === host && isDeepStrictEqual(error, problem)),
    );
  }

  #take(isDue: (held: HeldProblem) => boolean): HeldProblem[] {
    const due = this.#held.filter(isDue);
    this.#held = this.#held.filter((held) => !isDue(held));
    this.#told.push(...due);
    return due;
  }
}
