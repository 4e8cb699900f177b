export interface Toast {
  id: number;
  tone: 'ok' | 'bad';
  title: string;
  text: string;
  /** What can be done about it; the message goes then. */
  action: ToastAction | null;
}

export interface ToastAction {
  readonly label: string;
  readonly run: () => void;
}

const OK_MS = 5_000;
const BAD_MS = 15_000;
const ACTION_MS = 20_000;

/** Short messages about what a press of a button led to, where the page itself does not show it. */
export class ToastManager {
  #list = $state.raw<readonly Toast[]>([]);
  #nextId = 0;

  get list(): readonly Toast[] {
    return this.#list;
  }

  /** @returns what takes the message away before its time */
  show(tone: Toast['tone'], title: string, text = '', action: ToastAction | null = null): () => void {
    const id = this.#nextId++;
    this.#list = [...this.#list.slice(-3), { id, tone, title, text, action }];
    setTimeout(() => this.dismiss(id), action !== null ? ACTION_MS : tone === 'ok' ? OK_MS : BAD_MS);
    return () => this.dismiss(id);
  }

  dismiss(id: number): void {
    this.#list = this.#list.filter((toast) => toast.id !== id);
  }
}
