import type { Locator, Page } from '@playwright/test';

/** The first page: which fleet? */
export class OpenPage {
  readonly heading: Locator;
  readonly path: Locator;
  readonly suggestions: Locator;
  readonly openButton: Locator;
  /** Fleets that were opened before. */
  readonly recent: Locator;
  /** What the doctor found about this computer. */
  readonly doctor: Locator;
  readonly problem: Locator;

  constructor(page: Page) {
    this.heading = page.getByRole('heading', { name: 'Open your fleet' });
    this.path = page.getByRole('textbox', { name: 'Path of the flake' });
    this.suggestions = page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option');
    this.openButton = page.getByRole('button', { name: 'Open fleet' });
    this.recent = page.getByRole('region', { name: 'Recent fleets' });
    this.doctor = page.getByRole('region', { name: 'This computer' });
    this.problem = page.getByRole('alert').getByRole('article');
  }
}
