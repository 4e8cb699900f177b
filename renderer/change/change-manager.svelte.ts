import type { FleetId, HostName } from '../../shared/contract/ids.ts';
import type { Client } from '../app/client.ts';
import { visibleText } from '../../shared/visible-text.ts';
import type { ToastManager } from '../ui/toast-manager.svelte.ts';

/** The dialog that asks for a change of hosts that are there. */
export interface HostChangeDialog {
  readonly kind: 'rename' | 'retag' | 'retarget' | 'retire';
  /** One, except for `retag`. */
  readonly names: readonly HostName[];
}

interface MadeChange {
  /** What was done, as a sentence without its full stop. */
  readonly title: string;
  readonly undoId: string;
  /** False where the fleet is the same afterwards, and need not be evaluated again. */
  readonly changesFleet: boolean;
}

interface Parts {
  readonly client: Client;
  readonly toasts: ToastManager;
  readonly complain: (error: unknown) => void;
  /** Reads the files again, which are others now, and the fleet where they say something else of it. */
  readonly onWritten: (changesFleet: boolean) => void;
}

/** Changes of the fleet's hosts: the dialog that is open, the making of what was worked out, and the way back. */
export class ChangeManager {
  readonly #parts: Parts;
  #fleetId: FleetId | null = null;
  #dialog = $state.raw<HostChangeDialog | null>(null);
  #last = $state.raw<MadeChange | null>(null);
  /** Takes the message about the newest change away: its way back is gone, or is about another change. */
  #dismiss: (() => void) | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get dialog(): HostChangeDialog | null {
    return this.#dialog;
  }
  /** The newest change, for as long as it can be undone. */
  get last(): MadeChange | null {
    return this.#last;
  }

  ask(kind: HostChangeDialog['kind'], names: readonly HostName[]): void {
    this.#dialog = { kind, names };
  }

  close(): void {
    this.#dialog = null;
  }

  /** Shows another fleet: a change of the one before is not undone by a key that is meant for this one. */
  follow(fleetId: FleetId | null): void {
    if (fleetId === this.#fleetId) return;
    this.#fleetId = fleetId;
    this.#dialog = null;
    this.#last = null;
    this.#dismiss?.();
  }

  /**
   * @param title what was done, as a sentence without its full stop
   * @param changesFleet false for a file that Nix does not read
   * @throws what the engine refuses
   */
  async make(id: string, title: string, changesFleet = true): Promise<void> {
    const { undoId } = await this.#parts.client.change.apply({ id });
    const made = { title: visibleText(title), undoId, changesFleet };
    this.#last = made;
    const undo = { label: 'Undo', run: () => void this.undo(made) };
    this.#dismiss?.();
    this.#dismiss = this.#parts.toasts.show('ok', made.title, 'The files are written, and not committed yet.', undo);
    this.#parts.onWritten(changesFleet);
  }

  async undo(made: MadeChange | null = this.#last): Promise<void> {
    if (made === null) return;
    if (this.#last === made) {
      this.#last = null;
      this.#dismiss?.();
    }
    try {
      await this.#parts.client.change.undo({ undoId: made.undoId });
      this.#parts.toasts.show('ok', `Undone: ${made.title}`, 'The files are as they were.');
      this.#parts.onWritten(made.changesFleet);
    } catch (error) {
      this.#parts.complain(error);
    }
  }
}
