import type { MachineReport } from '../../../shared/contract/machine.ts';
import type { Secrets } from '../ssh/askpass.ts';
import { describeTarget, type SshTarget } from '../ssh/target.ts';

/** What a person typed for a machine. */
export interface MachineSecrets extends Secrets {
  sudoPassword?: string;
}

/** What is known of machines for as long as the engine runs: their secrets and last reports, in memory alone. */
export class MachineMemory {
  readonly #secrets = new Map<string, MachineSecrets>();
  readonly #reports = new Map<string, MachineReport>();

  /** The secrets of a target; what is added to the object is remembered. */
  secretsOf(target: SshTarget): MachineSecrets {
    const place = describeTarget(target);
    const known = this.#secrets.get(place) ?? {};
    this.#secrets.set(place, known);
    return known;
  }

  /** What it said when it was probed last; null: it was not, since the engine started. */
  reportOf(target: SshTarget): MachineReport | null {
    return this.#reports.get(describeTarget(target)) ?? null;
  }

  keepReport(target: SshTarget, report: MachineReport): void {
    this.#reports.set(describeTarget(target), report);
  }
}
