import { expect, type Locator, type Page } from '@playwright/test';
import { byMouse, type Hands } from './hands.ts';

/** How long an install or its checks may take in the lab. */
const jobLimitMs = 120_000;

/** The page on which a machine becomes a host. */
export class WizardPage {
  readonly #main: Locator;
  readonly #hands: Hands;

  constructor(page: Page, hands = byMouse(page)) {
    this.#hands = hands;
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

  press(name: string | RegExp): Promise<void> {
    return this.#hands.press(this.button(name));
  }
  async begin(name = 'Install a machine'): Promise<void> {
    await this.#hands.press(this.#main.getByRole('button', { name: 'New machine' }));
    await this.press(name);
  }
  /** Types the address, and confirms the key that the machine shows. */
  async find(address: string, user = 'root'): Promise<void> {
    await this.#hands.write(this.field('Address'), address);
    await this.#hands.write(this.field('User'), user);
    await this.press('Look at the machine');
    await this.press('It is the same');
  }
  async name(host: string): Promise<void> {
    await this.#hands.write(this.field('Host name'), host);
    await this.press('Continue');
  }
  /** Takes the disk with this serial number, and the first recipe that does what is wished for. */
  async disk(serial: string): Promise<void> {
    await this.#hands.tick(this.#main.getByRole('checkbox', { name: new RegExp(serial) }));
    await this.#hands.press(this.#main.getByRole('button', { name: /^Use / }).first());
    await expect(this.heading('How are the disks divided?')).toBeVisible();
  }
  /** Runs the dry checks, and stays at the step after them. */
  async check(): Promise<void> {
    await this.press('Run the dry checks');
    await expect(this.#main.getByText('The system and the disk script are built')).toBeVisible({ timeout: jobLimitMs });
    await this.press('Continue');
  }
  async checks(): Promise<void> {
    await this.check();
    await this.press('Go on without it');
  }
  async erase(host: string): Promise<void> {
    await expect(this.#main.getByText(/serial read again .*, matches/).first()).toBeVisible();
    for (const box of await this.#main.getByRole('checkbox', { name: /with its data$/ }).all()) {
      await this.#hands.tick(box);
    }
    await this.#hands.write(this.field("Type the host's name to go on"), host);
    await this.press('Erase and install');
  }
  async isVerified(host: string): Promise<void> {
    await expect(this.heading(`${host} is installed and verified`)).toBeVisible({ timeout: jobLimitMs });
  }
}
