import { markOn } from './fixtures/home-network.ts';
import { expect, test } from './fixtures/test.ts';

test('a fleet is opened, a host deployed and its log read without a mouse', async ({ home, window }) => {
  const [alpha] = await home.hosts('alpha');
  const fleet = await home.fleet({ alpha: {}, attic: {} });
  const { page, openPage, deployDialog, job } = window;
  const { keyboard } = page;
  const tabTo = async (isThere: () => Promise<boolean>): Promise<void> => {
    for (let presses = 0; presses < 40; presses++) {
      await keyboard.press('Tab');
      if (await isThere()) return;
    }
    throw new Error('40 presses of Tab do not lead there');
  };
  const isFocused = (name: string) => async () =>
    page.evaluate(
      (wanted) => (document.activeElement?.ariaLabel ?? document.activeElement?.textContent?.trim()) === wanted,
      name,
    );

  await expect(openPage.heading).toBeVisible();
  await tabTo(isFocused('Path of the flake'));
  await keyboard.type(fleet.path);
  await keyboard.press('Enter');
  await expect(window.fleet.table).toBeVisible();

  await tabTo(isFocused('Deploy alpha'));
  // Up and down go along the column of buttons.
  await keyboard.press('ArrowDown');
  await expect(window.fleet.deployButton('attic')).toBeFocused();
  await keyboard.press('ArrowUp');
  await keyboard.press('Enter');
  await expect(deployDialog.goal('Switch')).toBeFocused();
  await tabTo(
    async () =>
      (await page.evaluate(() => document.activeElement?.textContent?.trim().startsWith('Exact commands'))) === true,
  );
  await keyboard.press('Space');
  await expect(deployDialog.commands.first()).toBeVisible();
  await tabTo(isFocused('Deploy'));
  await expect(deployDialog.deploy).not.toHaveAttribute('aria-disabled');
  await keyboard.press('Enter');

  await job.ends('succeeded');
  expect(await markOn(alpha)).toBe(fleet.mark);
  await tabTo(isFocused('Log'));
  await keyboard.press('ArrowRight');
  await expect(job.tab('Builds')).toBeFocused();
  await keyboard.press('ArrowRight');
  await expect(job.commands.first()).toBeVisible();

  await keyboard.press('Alt+1');
  await expect(window.fleet.table).toBeVisible();
  await keyboard.press('Control+k');
  await expect(window.dialog('Find a host or action').getByRole('combobox')).toBeFocused();
  await keyboard.type('nothing like this');
  await expect(page.getByText('Nothing is called like that')).toBeVisible();
  await window.expectAccessible();
  await keyboard.press('Control+a');
  await keyboard.type('deploy atti');
  await expect(page.getByRole('option')).toHaveText(['Deploy attic…']);
  await window.expectAccessible();
  await keyboard.press('Enter');
  await expect(window.dialog('Deploy attic')).toBeVisible();
  await keyboard.press('Escape');
  await expect(window.dialog('Deploy attic')).toHaveCount(0);
});
