import { asProblem } from '../app/as-problem.ts';
import type { Client } from '../app/client.ts';
import type { Host } from '../../shared/contract/host.ts';
import type { HostName } from '../../shared/contract/ids.ts';
import type { MachineReport, ProbeAnswer } from '../../shared/contract/machine.ts';
import type { Problem } from '../../shared/contract/problem.ts';
import type { ProbedDisk } from '../../shared/disko/probed-disk.ts';
import { findDisk } from '../../shared/install/install-disks.ts';

/** What a machine wants to be told by a person before it lets itself be looked at. */
export type MachineQuestion = Exclude<ProbeAnswer, { state: 'probed' } | { state: 'failed' }>;

/** What a person answers to a {@link MachineQuestion}. */
export interface MachineReply {
  readonly acceptedFingerprint?: string;
  readonly password?: string;
  readonly passphrase?: string;
}

/** The disks of the machine that a layout is meant for, as it shows them over SSH. Nothing on it is changed. */
export class MachineDisks {
  #host = $state.raw<HostName | null>(null);
  #report = $state.raw<MachineReport | null>(null);
  #question = $state.raw<MachineQuestion | null>(null);
  #problem = $state.raw<Problem | null>(null);
  #isLooking = $state(false);
  #asked = 0;

  /** The host that was asked last. */
  get host(): HostName | null {
    return this.#host;
  }
  get report(): MachineReport | null {
    return this.#report;
  }
  get question(): MachineQuestion | null {
    return this.#question;
  }
  get problem(): Problem | null {
    return this.#problem;
  }
  get isLooking(): boolean {
    return this.#isLooking;
  }

  find(device: string): ProbedDisk | null {
    return findDisk(device, this.#report?.disks ?? []) ?? null;
  }

  /** Asks a host for its disks. True when they are known; else {@link question} or {@link problem} says why not. */
  async look(client: Client, { name, target }: Host, reply: MachineReply = {}): Promise<boolean> {
    if (target === null) return false;
    const asked = ++this.#asked;
    if (name !== this.#host) this.#report = null;
    this.#host = name;
    this.#question = null;
    this.#problem = null;
    this.#isLooking = true;
    const answer = await client.machine
      .probe({ target, identityFile: null, ...reply })
      .catch((error: unknown): ProbeAnswer => ({ state: 'failed', problem: asProblem(error) }));
    if (asked !== this.#asked) return false;
    this.#isLooking = false;
    if (answer.state === 'probed') this.#report = answer.report;
    else if (answer.state === 'failed') this.#problem = answer.problem;
    else this.#question = answer;
    return answer.state === 'probed';
  }

  /** Takes over what a machine said that was asked by somebody else. */
  show(report: MachineReport): void {
    this.forget();
    this.#report = report;
  }

  /** Forgets the machine; what it still answers is not heard. */
  forget(): void {
    this.#asked++;
    this.#host = null;
    this.#report = null;
    this.#question = null;
    this.#problem = null;
    this.#isLooking = false;
  }
}
