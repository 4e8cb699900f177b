import { expect, type Locator, type Page } from '@playwright/test';

/** One way of working with a page: what a person does, in words that say nothing of how. */
export interface Hands {
  press(button: Locator): Promise<void>;
  write(field: Locator, text: string): Promise<void>;
  tick(box: Locator): Promise<void>;
  /** Takes the option of a list that begins so. */
  select(list: Locator, option: string): Promise<void>;
  /** Chooses one piece of a bar. */
  choose(piece: Locator): Promise<void>;
  /** Makes a piece of a bar so large that it is called by this name. */
  resize(piece: Locator, name: RegExp): Promise<void>;
}

/** Nothing but the mouse, but for letters. */
export function byMouse(page: Page): Hands {
  return {
    press: (button) => button.click(),
    async write(field, text) {
      await field.click();
      await field.fill(text);
      await field.blur();
    },
    tick: (box) => box.check(),
    async select(list, option) {
      await list.selectOption(option);
    },
    choose: (piece) => piece.click(),
    async resize(piece, name) {
      await piece.scrollIntoViewIfNeeded();
      const box = await piece.boundingBox();
      if (box === null) throw new Error('The piece is not shown');
      const [x, y] = [box.x + box.width - 3, box.y + box.height / 2];
      await page.mouse.move(x, y);
      await page.mouse.down();
      // A pixel is less than the whole gigabytes that a drag snaps to, so none of them is passed over.
      for (let pixels = 1; pixels <= 200; pixels++) {
        await page.mouse.move(x + pixels, y);
        await frameOf(page);
        if (name.test((await piece.getAttribute('aria-label')) ?? '')) break;
      }
      await page.mouse.up();
      await expect(piece).toHaveAccessibleName(name);
    },
  };
}

/** Nothing but the keyboard: a place is reached by Tab, and in a bar by its arrow keys. */
export function byKeyboard(page: Page): Hands & { tabTo(place: Locator): Promise<void> } {
  const { keyboard } = page;
  const hasFocus = (place: Locator): Promise<boolean> =>
    place.evaluate((element) => element === document.activeElement);
  const tabTo = async (place: Locator): Promise<void> => {
    await place.waitFor();
    for (let presses = 0; presses <= 150; presses++) {
      if (await hasFocus(place)) return;
      await keyboard.press('Tab');
    }
    throw new Error('150 presses of Tab do not lead there');
  };
  const stepTo = async (piece: Locator): Promise<void> => {
    const bar = page.getByRole('listbox').filter({ has: piece });
    await tabTo(bar.locator('[tabindex="0"]'));
    const [from, to] = await bar.evaluate(
      (element, wanted) => {
        const pieces = [...element.children];
        return [
          pieces.findIndex((each) => each === document.activeElement),
          pieces.findIndex((each) => each.ariaLabel === wanted),
        ];
      },
      await piece.getAttribute('aria-label'),
    );
    const steps = (to ?? 0) - (from ?? 0);
    for (let step = 0; step < Math.abs(steps); step++) await keyboard.press(steps > 0 ? 'ArrowRight' : 'ArrowLeft');
    await expect(piece).toBeFocused();
  };
  return {
    tabTo,
    async press(button) {
      await tabTo(button);
      // A button that is not ready yet can have the focus all the same.
      await expect(button).toBeEnabled();
      await keyboard.press('Enter');
    },
    async write(field, text) {
      await tabTo(field);
      await keyboard.press('Control+a');
      await keyboard.type(text);
      await keyboard.press('Tab');
    },
    async tick(box) {
      await tabTo(box);
      if (!(await box.isChecked())) await keyboard.press('Space');
      await expect(box).toBeChecked();
    },
    async select(list, option) {
      await tabTo(list);
      await keyboard.type(option);
      await expect(list.locator('option:checked')).toHaveText(option);
    },
    async choose(piece) {
      await stepTo(piece);
      await keyboard.press('Enter');
    },
    async resize(piece, name) {
      await stepTo(piece);
      for (let steps = 0; steps < 100; steps++) {
        if (name.test((await piece.getAttribute('aria-label')) ?? '')) break;
        await keyboard.press('Alt+Shift+ArrowRight');
      }
      await expect(piece).toHaveAccessibleName(name);
      await expect(piece).toBeFocused();
    },
  };
}

/** Waits until the page has drawn what it was told. */
async function frameOf(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
      }),
  );
}
