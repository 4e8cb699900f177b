import type { Locator, Page } from '@playwright/test';

/** The plan of a deploy, before anything is touched. */
export class DeployDialog {
  readonly dialog: Locator;
  readonly deploy: Locator;
  readonly cancel: Locator;
  readonly commands: Locator;
  readonly leftOut: Locator;

  constructor(page: Page) {
    this.dialog = page.getByRole('dialog', { name: /^Deploy / });
    this.deploy = this.dialog.getByRole('button', { name: 'Deploy', exact: true });
    this.cancel = this.dialog.getByRole('button', { name: 'Cancel' });
    this.commands = this.dialog
      .getByRole('listitem')
      .filter({ has: page.getByRole('button', { name: /^Copy the command/ }) });
    this.leftOut = this.dialog.getByRole('region', { name: 'Hosts that are left out' });
  }

  goal(title: 'Switch' | 'Boot' | 'Test' | 'Plan' | 'Push' | 'Build'): Locator {
    return this.dialog.getByRole('radio', { name: new RegExp(`^${title}`) });
  }

  async showCommands(): Promise<void> {
    await this.dialog.getByText('Exact commands').click();
  }

  /** Presses Deploy as soon as the plan is there. */
  async confirm(): Promise<void> {
    // While the plan is being made the button says so, and does nothing.
    await this.deploy.and(this.dialog.locator(':not([aria-disabled])')).click();
  }
}
