import type { HostChangeRequest } from '../../shared/contract/change.ts';
import type { NewHostRequest } from '../../shared/contract/create.ts';
import type { Host } from '../../shared/contract/host.ts';
import type { Declaration } from '../../shared/contract/install.ts';
import { declarationOf } from '../../shared/install/declared-host.ts';
import type { Client } from '../app/client.ts';
import { ChangePlanning } from '../change/change-planning.svelte.ts';

/** A new host of a flake that somebody else wrote: how it is declared like one of those that are there. */
export class ForeignHost implements Disposable {
  readonly planning: ChangePlanning;
  /** What was worked out before, and what for. */
  #kept: { readonly key: string; readonly declaration: Declaration } | null = null;
  /** What is worked out now, or was last. */
  #asked = $state.raw<string | null>(null);

  constructor(client: Client, before: { newHost: NewHostRequest; declaration: Declaration } | null) {
    this.planning = new ChangePlanning(client);
    if (before !== null) {
      const { newHost, declaration } = before;
      this.#kept = { key: keyOf(newHost, declaration.like), declaration };
    }
  }

  /** As it is written; null: nobody has worked it out for this host and this model. */
  declarationOf(newHost: NewHostRequest, like: Host): Declaration | null {
    const key = keyOf(newHost, like.name);
    const kept = this.#kept?.key === key ? this.#kept.declaration : null;
    return (this.#asked === key ? declarationOf(this.planning.plan, like) : null) ?? kept;
  }

  /** True while what was asked last is about this host and this model. */
  isAsked(newHost: NewHostRequest | null, like: Host): boolean {
    return newHost !== null && this.#asked === keyOf(newHost, like.name);
  }

  /** Works it out: the fleet is evaluated in a copy. @param path the fleet's folder */
  ask(path: string, newHost: NewHostRequest, like: Host): void {
    const change: HostChangeRequest = { kind: 'add', host: newHost, like: like.name, isForInstall: true };
    this.#asked = keyOf(newHost, like.name);
    this.planning.clear();
    this.planning.start(path, change);
  }

  [Symbol.dispose](): void {
    this.planning[Symbol.dispose]();
  }
}

function keyOf({ name, system, address, user, port, tags, stateVersion }: NewHostRequest, like: string): string {
  return JSON.stringify([name, system, address, user, port, tags, stateVersion, like]);
}
