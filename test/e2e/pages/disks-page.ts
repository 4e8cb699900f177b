import type { Locator, Page } from '@playwright/test';

/** The page that draws disk layouts. */
export class DisksPage {
  readonly review: Locator;
  readonly saveIntoFleet: Locator;
  readonly problems: Locator;
  readonly properties: Locator;
  readonly nixText: Locator;
  /** Where the machine's disks are looked at and compared with the layout. */
  readonly machine: Locator;
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
    this.review = page.getByRole('button', { name: 'Review and save' });
    this.saveIntoFleet = page.getByRole('button', { name: 'Save into the fleet' });
    this.problems = page.getByRole('region', { name: 'Problems' });
    this.properties = page.getByRole('region', { name: 'Properties', exact: true });
    this.machine = page.getByRole('region', { name: "The machine's disks" });
    this.nixText = page.getByRole('textbox', { name: 'Nix text', exact: true });
  }

  file(path: string): Locator {
    return this.#page.getByRole('button', { name: path });
  }
  recipe(title: string): Locator {
    return this.#page.getByRole('button', { name: `Use ${title}`, exact: true });
  }
  /** The bar of a disk or a group. */
  bar(name: string): Locator {
    return this.#page.getByRole('listbox', { name: `${name}, drawn to scale` });
  }
  /** What chooses a disk or a group as a whole. */
  name(name: string): Locator {
    return this.#page.getByRole('button', { name, exact: true });
  }
  /** A piece of a bar, by the name of its partition. */
  part(name: string): Locator {
    return this.#page.getByRole('option', { name: new RegExp(`^${name},`) });
  }
  row(name: string): Locator {
    return this.#page.getByRole('treeitem', { name: new RegExp(`^${name}`) });
  }
  add(title: string): Locator {
    return this.#page.getByRole('button', { name: `Add ${title}`, exact: true });
  }
  /** The names of a bar's pieces, from left to right. */
  async partNames(bar: string): Promise<string[]> {
    const parts = this.bar(bar).getByRole('option');
    const labels = await parts.evaluateAll((elements) => elements.map((element) => element.ariaLabel ?? ''));
    return labels.map((label) => label.split(',')[0] ?? '');
  }
}
