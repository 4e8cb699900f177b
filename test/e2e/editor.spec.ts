import { readFile, writeFile } from 'node:fs/promises';
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
  await page.keyboard.type('  users.users.sam = { openssh.a');
  await expect(page.getByRole('option', { name: /^authorizedKeys/ })).toBeVisible();
  // As a person types: a list that has only just come up does not take Enter yet.
  await page.keyboard.type('uth', { delay: 60 });
  await page.keyboard.press('Enter');
  await page.keyboard.type('.');
  await expect(page.getByRole('option', { name: /^keyFiles/ })).toBeVisible();
  await page.keyboard.type('keys');
  await page.keyboard.press('Escape');
  await page.keyboard.type(' = [ ]; };');
  await page.keyboard.press('Control+s');
  await expect
    .poll(() => readFile(join(fleet.path, file), 'utf8'))
    .toContain('users.users.sam = { openssh.authorizedKeys.keys = [ ]; };');

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

test('what something else writes into an open file is merged into unsaved text, and undoing takes back only what was typed', async ({
  home,
  window,
}) => {
  const { page } = window;
  const fleet = await home.fleet({ attic: {} });
  const file = 'hosts/attic/default.nix';
  const path = join(fleet.path, file);
  await window.openFleet(fleet.path);
  await page.evaluate((wanted) => (location.hash = `#/files?file=${encodeURIComponent(wanted)}`), file);
  const editor = page.getByRole('textbox', { name: `Text of ${file}` });
  await editor.focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('# typed here\n');
  const outside = (await readFile(path, 'utf8')).replace(/\}\n$/, '  # written elsewhere\n}\n');
  await writeFile(path, outside);
  await expect(page.getByText('Its changes are in your text now')).toBeVisible();
  await expect(editor).toContainText('# typed here');
  await expect(editor).toContainText('# written elsewhere');
  // Slow typing is taken back in several steps; what came from outside is none of them.
  for (let step = 0; step < 15; step += 1) await page.keyboard.press('Control+z');
  await expect(editor).not.toContainText('# typed here');
  await expect(editor).toContainText('# written elsewhere');
  await page.keyboard.type('# again\n');
  await page.keyboard.press('Control+s');
  await expect.poll(() => readFile(path, 'utf8')).toBe(`# again\n${outside}`);
});
