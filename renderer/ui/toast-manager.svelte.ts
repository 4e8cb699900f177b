export interface Toast {
  id: number;
  tone: 'ok' | 'bad';
  title: string;
  text: string;
}

const OK_MS = 5_000;
const BAD_MS = 15_000;

/** Short messages about what a press of a button led to, where the page itself does not show it. */
export class ToastManager {
  #list = $state.raw<readonly Toast[]>([]);
  #nextId = 0;

  get list(): readonly Toast[] {
    return this.#list;
  }

  show(tone: Toast['tone'], title: string, text = ''): void {
    const id = this.#nextId++;
    this.#list = [...this.#list.slice(-3), { id, tone, title, text }];
    setTimeout(() => this.dismiss(id), tone === 'ok' ? OK_MS : BAD_MS);
  }

  dismiss(id: number): void {
    this.#list = this.#list.filter((toast) => toast.id !== id);
  }
}
