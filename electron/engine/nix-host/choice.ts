import { nixHostVariable } from './address.ts';

/**
 * Keeps `$NIXSTEAD_NIX` of this process, and so of the runners that it starts, as a person has chosen in the settings. What
 * was in the environment from the beginning counts before.
 */
export class NixHostChoice {
  readonly #env: NodeJS.ProcessEnv;
  readonly #isFixed: boolean;

  /** @param env of this process */
  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
    this.#isFixed = Boolean(env['NIXSTEAD_NIX']);
  }

  /** @param place as a person writes it, `root@builder:2222`; null: nix of this computer */
  use(place: string | null): void {
    if (this.#isFixed) return;
    if (place === null) delete this.#env['NIXSTEAD_NIX'];
    else this.#env['NIXSTEAD_NIX'] = nixHostVariable(place);
  }
}
