import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SecretSearch } from './fixtures/secret-search.ts';
import { expect, test } from './fixtures/test.ts';
import { byKeyboard } from './pages/hands.ts';

const password = 'correct horse battery';
const marks = '/nix/var/nix/gcroots/nixstead-protected';

test('health is tried at once; the host whose sudo asks is tried again with the password, which is written nowhere', async ({
  home,
  window,
  nixstead,
}) => {
  const [vault, omega] = await home.hosts('vault', 'omega');
  await using _asking = await vault.sudoAsks(password);
  await vault.read('rm', '-rf', marks);
  await using search = new SecretSearch(home.lab);
  const fleet = await home.fleet({ vault: { user: 'admin' }, omega: {} });
  await writeFile(
    join(fleet.path, 'nixstead.toml'),
    '[defaults]\nhealth = [\n  { command = ["test", "-r", "/etc/shadow"] },\n  { tcp = 22 },\n]\n',
  );
  const { page } = window;
  const { keyboard } = page;
  await window.openFleet(fleet.path);
  await keyboard.press('Alt+8');
  const tryAll = page.getByRole('button', { name: 'Try all now' });
  await byKeyboard(page).press(tryAll);

  const place = `admin@${vault.address}`;
  const question = page.getByRole('group', { name: `vault: sudo on ${place} asks for a password` });
  await expect(question.getByLabel('Password')).toBeFocused();
  await expect(page.getByText('3 of 4 checks passed on 2 hosts, 1 not tried')).toBeVisible();
  await window.expectAccessible();
  await keyboard.type('wrong');
  await keyboard.press('Enter');
  const again = page.getByRole('group', { name: `vault: The password for sudo on ${place} was not right` });
  await expect(again.getByLabel('Password')).toBeFocused({ timeout: 30_000 });
  await window.expectAccessible();
  await keyboard.type(password);
  await keyboard.press('Enter');
  await expect(page.getByText('All 4 checks passed on 2 hosts')).toBeVisible({ timeout: 30_000 });
  await expect(tryAll).toBeFocused();

  // It is remembered for what comes next, on the page of the host too.
  const number = (await vault.generation()) ?? 0;
  await keyboard.press('Alt+1');
  await window.fleet.details('vault').click();
  await page.getByRole('link', { name: 'Generations and history' }).click();
  await page.getByRole('button', { name: `Protect generation ${number}` }).click();
  await expect(page.getByText('protected', { exact: true })).toBeVisible();
  expect(await vault.read('ls', marks)).toBe(String(number));
  await expect(page.getByLabel('Password', { exact: true })).toHaveCount(0);

  await window.goTo('Jobs');
  await expect(page.getByRole('heading', { name: 'Nothing was deployed from here yet' })).toBeVisible();
  expect(search.hasSeen('nixstead')).toBe(true);
  expect(await search.traces({ 'the password': password }, [nixstead.dataFolder, fleet.path], page)).toEqual([]);
  expect(await omega.exec(['test', '-e', marks])).toMatchObject({ exitCode: 1 });
});

test('a generation is protected once the password is right: three wrong ones end it, and it can be left as it is', async ({
  home,
  window,
}) => {
  const [vault] = await home.hosts('vault');
  await using _asking = await vault.sudoAsks(password);
  await vault.read('rm', '-rf', marks);
  const fleet = await home.fleet({ vault: { user: 'admin' } });
  const number = (await vault.generation()) ?? 0;
  const { page } = window;
  const { keyboard } = page;
  await window.openFleet(fleet.path);
  await window.fleet.details('vault').click();
  await page.getByRole('link', { name: 'Generations and history' }).click();
  const lock = page.getByRole('button', { name: `Protect generation ${number}` });
  const field = page.getByLabel('Password', { exact: true });

  await lock.click();
  await expect(field).toBeFocused();
  await expect(field).toHaveAccessibleDescription(new RegExp(`^To protect generation ${number} of vault: `));
  await window.expectAccessible();
  await page.getByRole('button', { name: 'Leave it as it is' }).click();
  await expect(field).toHaveCount(0);

  await lock.click();
  for (const guess of ['one', 'two']) {
    await expect(field).toBeFocused();
    await keyboard.type(guess);
    await keyboard.press('Enter');
    await expect(page.getByRole('group', { name: /was not right$/ })).toBeVisible({ timeout: 30_000 });
  }
  await expect(field).toBeFocused();
  await keyboard.type('three');
  await keyboard.press('Enter');
  await expect(page.getByText('sudo on vault does not let the user become root; nothing was changed')).toBeVisible({
    timeout: 30_000,
  });
  await expect(field).toHaveCount(0);
  expect(await vault.exec(['test', '-e', marks])).toMatchObject({ exitCode: 1 });

  await lock.click();
  await expect(field).toBeFocused();
  await keyboard.type(password);
  await keyboard.press('Enter');
  await expect(page.getByText('protected', { exact: true })).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole('button', { name: `Let generation ${number} be deleted` })).toBeFocused();
  expect(await vault.read('ls', marks)).toBe(String(number));
});
