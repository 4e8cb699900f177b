import type { Secrets } from '../ssh/askpass.ts';
import type { SshTarget } from '../ssh/target.ts';
import { describeTarget } from '../ssh/target.ts';

/** What a person typed for a machine. */
export interface MachineSecrets extends Secrets {
  sudoPassword?: string;
}

/** Secrets of machines for as long as the engine runs: in memory alone. */
export class SecretMemory {
  readonly #byPlace = new Map<string, MachineSecrets>();

  /** The secrets of a target; what is added to the object is remembered. */
  of(target: SshTarget): MachineSecrets {
    const place = describeTarget(target);
    const known = this.#byPlace.get(place);
    if (known) return known;
    const fresh: MachineSecrets = {};
    this.#byPlace.set(place, fresh);
    return fresh;
  }

  forget(target: SshTarget): void {
    this.#byPlace.delete(describeTarget(target));
  }
}
