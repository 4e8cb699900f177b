import { SvelteSet } from 'svelte/reactivity';
import type { HostName } from '../../shared/contract/ids.ts';

/** The hosts that are ticked; they stay ticked while a filter hides them. */
export class SelectionManager {
  readonly #names = new SvelteSet<HostName>();

  get size(): number {
    return this.#names.size;
  }
  get names(): HostName[] {
    return [...this.#names];
  }
  has(name: HostName): boolean {
    return this.#names.has(name);
  }
  set(name: HostName, isSelected: boolean): void {
    if (isSelected) this.#names.add(name);
    else this.#names.delete(name);
  }
  setAll(names: readonly HostName[], isSelected: boolean): void {
    for (const name of names) this.set(name, isSelected);
  }
  clear(): void {
    this.#names.clear();
  }
  /** Drops names that the fleet no longer has. */
  keepOnly(existing: ReadonlySet<HostName>): void {
    for (const name of this.names) if (!existing.has(name)) this.#names.delete(name);
  }
}
