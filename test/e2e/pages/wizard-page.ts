import { expect, type Locator, type Page } from '@playwright/test';

/** How long an install or its checks may take in the lab. */
const jobLimitMs = 120_000;

/** The page on which a machine becomes a host. */
export class WizardPage {
  readonly #main: Locator;

  constructor(page: Page) {
    this.#main = page.getByRole('main');
  }

  heading(words: string | RegExp): Locator {
    return this.#main.getByRole('heading', { level: 1, name: words });
  }
  button(name: string | RegExp): Locator {
    return this.#main.getByRole('button', { name, exact: typeof name === 'string' });
  }
  field(label: string): Locator {
    return this.#main.getByLabel(label, { exact: true });
  }
  step(name: string): Locator {
    return this.#main.getByRole('list', { name: 'Steps' }).getByRole('button', { name });
  }
  /** A checkpoint of the job that is shown. */
  checkpoint(name: string): Locator {
    return this.#main.getByRole('list', { name: 'Checkpoints' }).getByRole('listitem').filter({ hasText: name });
  }

  async begin(name = 'Install a machine'): Promise<void> {
    await this.#main.getByRole('button', { name: 'New machine' }).click();
    await this.button(name).click();
  }
  /** Types the address, and confirms the key that the machine shows. */
  async find(address: string, user = 'root'): Promise<void> {
    await this.field('Address').fill(address);
    await this.field('User').fill(user);
    await this.button('Look at the machine').click();
    await this.button('It is the same').click();
  }
  async name(host: string): Promise<void> {
    await this.field('Host name').fill(host);
    await this.button('Continue').click();
  }
  async checks(): Promise<void> {
    await this.button('Run the dry checks').click();
    await expect(this.#main.getByText('The system and the disk script are built')).toBeVisible({ timeout: jobLimitMs });
    await this.button('Continue').click();
  }
  async erase(host: string): Promise<void> {
    await expect(this.#main.getByText(/serial read again .*, matches/)).toBeVisible();
    for (const box of await this.#main.getByRole('checkbox', { name: /with its data$/ }).all()) await box.check();
    await this.field("Type the host's name to go on").fill(host);
    await this.button('Erase and install').click();
  }
  async isVerified(host: string): Promise<void> {
    await expect(this.heading(`${host} is installed and verified`)).toBeVisible({ timeout: jobLimitMs });
  }
}
