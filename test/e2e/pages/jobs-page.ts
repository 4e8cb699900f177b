import type { Locator, Page } from '@playwright/test';

/** Everything that was ever done from here. */
export class JobsPage {
  readonly table: Locator;
  readonly filter: Locator;

  constructor(page: Page) {
    this.table = page.getByRole('table', { name: 'Job history' });
    this.filter = page.getByRole('textbox', { name: 'Filter jobs' });
  }

  row(title: string): Locator {
    return this.table.getByRole('row').filter({ hasText: title });
  }
}
