import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './fixtures/test.ts';

test('options of the fleet’s own nixpkgs are completed and described by keyboard alone, and what is written is what is saved', async ({
  home,
  window,
}) => {
  const { page } = window;
  const fleet = await home.fleet({ attic: {} });
  const file = 'hosts/attic/default.nix';
  await window.openFleet(fleet.path);
  await page.evaluate((path) => (location.hash = `#/files?file=${encodeURIComponent(path)}`), file);
  await expect(page.getByRole('status').filter({ hasText: 'Options of nixpkgs' })).toBeVisible({ timeout: 60_000 });

  const editor = page.getByRole('textbox', { name: `Text of ${file}` });
  await editor.focus();
  // In front of the last brace.
  for (const key of ['Control+End', 'ArrowUp', 'End', 'ArrowLeft', 'Enter', 'ArrowUp']) await page.keyboard.press(key);
  await page.keyboard.type('  users.users.sam = { openssh.auth');
  await expect(page.getByRole('option', { name: /^authorizedKeys/ })).toBeVisible();
  await page.keyboard.press('Enter');
  await page.keyboard.type('.');
  await expect(page.getByRole('option', { name: /^keyFiles/ })).toBeVisible();
  await page.keyboard.type('keys');
  await page.keyboard.press('Escape');
  await page.keyboard.type(' = [ ]; };');
  await page.keyboard.press('Control+s');
  await expect(page.getByRole('button', { name: 'Save', exact: true })).toBeDisabled();
  expect(await readFile(join(fleet.path, file), 'utf8')).toContain(
    'users.users.sam = { openssh.authorizedKeys.keys = [ ]; };',
  );

  const text = await readFile(join(fleet.path, file), 'utf8');
  const line = text.slice(0, text.indexOf('networking.hostName')).split('\n').length;
  await page.keyboard.press('Control+Home');
  for (let at = 1; at < line; at++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  for (let at = 0; at < '= "attic";'.length + 2; at++) await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('F1');
  const card = page.locator('.cm-tooltip', { hasText: 'networking.hostName' });
  await expect(card).toContainText('The name of the machine');
  await expect(card).toContainText('string matching the pattern');
  await page.keyboard.press('Escape');
  await expect(card).toBeHidden();
});
