import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from './fixtures/app.ts';

test('a newcomer is asked for a fleet and told what this computer lacks', { tag: '@desktop' }, async ({ openApp }) => {
  const { page } = await openApp();
  await expect(page.getByRole('heading', { name: 'Open your fleet' })).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Path of the flake' })).toBeEditable();
  await expect(page.getByText('Git is here')).toBeVisible();
});

test('a reload keeps the session', { tag: '@desktop' }, async ({ openApp }) => {
  const { page } = await openApp();
  await expect(page.getByText('Git is here')).toBeVisible();
  await page.evaluate('location.reload()');
  await expect(page.getByText('Git is here')).toBeVisible();
  expect(page.url()).not.toContain('token');
});

test('the dialog of the desktop fills in the folder', { tag: '@desktop' }, async ({ openApp, door }) => {
  test.skip(door === 'browser', 'a browser has no dialog for folders');
  const folder = mkdtempSync(join(tmpdir(), 'no-flake-'));
  const app = await openApp();
  await app.prepareFolder(folder);
  await app.page.getByRole('button', { name: 'Choose folder' }).click();
  await expect(app.page.getByText('flake.nix', { exact: false }).first()).toBeVisible();
  await expect(app.page.getByText(folder).first()).toBeVisible();
  rmSync(folder, { recursive: true });
});
