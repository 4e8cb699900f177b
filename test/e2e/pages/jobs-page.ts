import type { Locator, Page } from '@playwright/test';

/** Everything that was ever done from here. */
export class JobsPage {
  readonly table: Locator;
  readonly filter: Locator;
  readonly export: Locator;
  /** With it, the logs of the jobs come along. */
  readonly withLogs: Locator;
  /** The button that saves what was chosen. */
  readonly confirmExport: Locator;

  constructor(page: Page) {
    this.table = page.getByRole('table', { name: 'Job history' });
    this.filter = page.getByRole('textbox', { name: 'Filter jobs' });
    this.export = page.getByRole('main').getByRole('button', { name: 'Export' });
    const dialog = page.getByRole('dialog', { name: /^Export/ });
    this.withLogs = dialog.getByRole('checkbox', { name: 'With logs' });
    this.confirmExport = dialog.getByRole('button', { name: 'Export' });
  }

  row(title: string): Locator {
    return this.table.getByRole('row').filter({ hasText: title });
  }
}
