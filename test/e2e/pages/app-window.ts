import { expect, type Locator, type Page } from '@playwright/test';
import { accessibilityFindings, type WatchedPage } from '../fixtures/watched-page.ts';
import { DeployDialog } from './deploy-dialog.ts';
import { FleetPage } from './fleet-page.ts';
import { JobPage } from './job-page.ts';
import { JobsPage } from './jobs-page.ts';
import { OpenPage } from './open-page.ts';

/** One tab with the app in it, in the words of who looks at it. */
export class AppWindow {
  readonly page: Page;
  readonly openPage: OpenPage;
  readonly fleet: FleetPage;
  readonly deployDialog: DeployDialog;
  readonly job: JobPage;
  readonly jobs: JobsPage;
  readonly #watched: WatchedPage;
  readonly #url: string | null;

  /** @param url where the app is in a browser; null where the window has loaded by itself */
  constructor(watched: WatchedPage, url: string | null) {
    const { page } = watched;
    this.#watched = watched;
    this.#url = url;
    this.page = page;
    this.openPage = new OpenPage(page);
    this.fleet = new FleetPage(page);
    this.deployDialog = new DeployDialog(page);
    this.job = new JobPage(page);
    this.jobs = new JobsPage(page);
  }

  /** Opens the address that the app printed when it started, or another one; a desktop's window has done so itself. */
  async load(url = this.#url): Promise<void> {
    if (url !== null) await this.page.goto(url);
  }

  /** Opens a fleet as somebody does who knows its path by heart. */
  async openFleet(path: string): Promise<void> {
    await this.openPage.path.fill(path);
    await this.openPage.openButton.click();
    await expect(this.fleet.table).toBeVisible();
  }

  /** Chooses an entry of the palette by its words, by keyboard. */
  async command(words: string): Promise<void> {
    const palette = this.dialog('Find a host or action');
    await this.page.keyboard.press('Control+k');
    await expect(palette.getByRole('combobox')).toBeFocused();
    await this.page.keyboard.insertText(words);
    await expect(palette.getByRole('option').first()).toContainText(new RegExp(words, 'i'));
    await this.page.keyboard.press('Enter');
  }

  /** Presses Deploy of one host, and Deploy again in the plan; the page of the job is then shown. */
  async deployHost(name: string): Promise<void> {
    await this.fleet.deployButton(name).click();
    await this.deployDialog.confirm();
    await expect(this.job.title).toHaveText(`Switch ${name}`);
  }

  /** The list of jobs at the bottom of every page. */
  get jobDrawer(): Locator {
    return this.page.getByRole('region', { name: 'Jobs' });
  }

  dialog(title: string | RegExp): Locator {
    return this.page.getByRole('dialog', { name: title });
  }

  async goTo(page: 'Fleet' | 'Jobs' | 'Disks' | 'Settings'): Promise<void> {
    await this.page.getByRole('navigation').getByRole('link', { name: page }).click();
  }

  /** Fails where axe finds something that keeps people from using the page as it is now. */
  async expectAccessible(): Promise<void> {
    // Axe needs a page of its own to put its results together, which a window of the desktop does not give.
    if (this.#url === null) return;
    expect(await accessibilityFindings(this.page)).toEqual([]);
  }

  expectComplaint(words: RegExp): void {
    this.#watched.expectComplaint(words);
  }

  get complaints(): string[] {
    return this.#watched.complaints;
  }
}
