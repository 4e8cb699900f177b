import type { Locator, Page } from '@playwright/test';

/** The hosts of the opened fleet. */
export class FleetPage {
  readonly table: Locator;
  readonly cards: Locator;
  readonly filter: Locator;
  readonly checkHosts: Locator;
  readonly evaluate: Locator;
  readonly deploySelected: Locator;
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
    this.table = page.getByRole('table', { name: 'Hosts' });
    this.cards = page.getByRole('list', { name: 'Hosts' });
    this.filter = page.getByRole('textbox', { name: 'Filter hosts' });
    this.checkHosts = page.getByRole('button', { name: 'Check hosts' });
    this.evaluate = page.getByRole('button', { name: 'Evaluate' });
    this.deploySelected = page.getByRole('button', { name: 'Deploy selected' });
  }

  row(host: string): Locator {
    return this.table.getByRole('row').filter({ has: this.#page.getByRole('button', { name: `Details of ${host}` }) });
  }

  /** Name, address, state, generation, release, last deploy. */
  cell(host: string, column: 'state' | 'generation' | 'last deploy'): Locator {
    const index = { state: 3, generation: 4, 'last deploy': 6 }[column];
    return this.row(host).getByRole('cell').nth(index);
  }

  deployButton(host: string): Locator {
    return this.#page.getByRole('button', { name: `Deploy ${host}`, exact: true });
  }

  checkbox(host: string): Locator {
    return this.#page.getByRole('checkbox', { name: `Select ${host}`, exact: true });
  }

  details(host: string): Locator {
    return this.#page.getByRole('button', { name: `Details of ${host}` });
  }
}
