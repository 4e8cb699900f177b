import type { Router } from '../app/router.svelte.ts';

const ADDRESS_DELAY_MS = 300;

/**
 * The text of the filter box. It follows the address (tags in the navigation are links), and is written back to it
 * after a short quiet, since browsers refuse to change the address at the speed of typing.
 */
export class FilterText {
  readonly #router: Router;
  #text = $state('');
  #written = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(router: Router) {
    this.#router = router;
    this.#text = this.#written = this.#inAddress();
  }

  get text(): string {
    return this.#text;
  }

  change(text: string): void {
    this.#text = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#written = text;
      this.#router.replace({ page: 'fleet', filter: text });
    }, ADDRESS_DELAY_MS);
  }

  /** Call when the page goes away: what was not written yet would bring the page back. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Call inside an effect: takes over what another link wrote into the address. */
  follow(): void {
    const wanted = this.#inAddress();
    if (wanted !== this.#written) {
      clearTimeout(this.#timer);
      this.#text = this.#written = wanted;
    }
  }

  #inAddress(): string {
    const { route } = this.#router;
    return route.page === 'fleet' ? route.filter : '';
  }
}
