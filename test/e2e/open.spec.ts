import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './fixtures/test.ts';

test('a fleet is opened by typing the beginning of its path and choosing from what is there', async ({
  home,
  window,
}) => {
  await home.hosts('alpha');
  const fleet = await home.fleet({ alpha: { tags: ['web'] } }, 'machines');
  const { openPage, page } = window;
  await expect(openPage.heading).toBeVisible();
  await openPage.path.fill(fleet.path.slice(0, -4));
  await expect(openPage.suggestions).toHaveText(/machines\s*has a flake\.nix/);
  await window.expectAccessible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(openPage.path).toHaveValue(fleet.path);
  await openPage.openButton.click();
  await expect(window.fleet.row('alpha')).toContainText('@web');
  await expect(page).toHaveTitle(/machines/);
});

test('folders that are no flakes lead on to the folders in them', async ({ home, window }) => {
  const above = join(home.lab.folder, 'fleets', 'above');
  await mkdir(join(above, 'below'), { recursive: true });
  const { openPage, page } = window;
  await openPage.path.fill(above.slice(0, -2));
  await expect(openPage.suggestions).toHaveText(['above']);
  await page.keyboard.press('Tab');
  await expect(openPage.path).toHaveValue(`${above}/`);
  await expect(openPage.suggestions).toHaveText(['below']);
});

test('fleets that were opened are offered again, and can be forgotten', async ({ home, window }) => {
  const [first, second] = [await home.fleet({ attic: {} }, 'first'), await home.fleet({ attic: {} }, 'second')];
  const { openPage, page } = window;
  await expect(openPage.recent).toHaveCount(0);
  for (const fleet of [first, second]) {
    await page.keyboard.press('Alt+o');
    await window.openFleet(fleet.path);
  }
  await page.keyboard.press('Alt+o');
  await expect(openPage.recent.getByRole('listitem')).toHaveText([/^\s*second.*1 host/s, /^\s*first.*1 host/s]);
  await window.expectAccessible();
  await openPage.recent.getByRole('button', { name: 'Forget second' }).click();
  await expect(openPage.recent.getByRole('listitem')).toHaveText([/^\s*first/]);
  await openPage.recent.getByRole('button', { name: /^first/ }).click();
  await expect(window.fleet.table).toBeVisible();
  await expect(page).toHaveTitle(/first/);
});

test('a folder without a flake, and a flake with a mistake, are told with place and advice', async ({
  home,
  window,
}) => {
  const { openPage } = window;
  const folder = join(home.lab.folder, 'fleets', 'empty');
  await mkdir(folder, { recursive: true });
  await openPage.path.fill(folder);
  await openPage.openButton.click();
  await expect(openPage.problem).toContainText('There is no flake.nix in this folder');
  await window.expectAccessible();

  const { path } = await home.fleet({ attic: {} }, 'mistaken');
  await writeFile(
    join(path, 'flake.nix'),
    '{\n  description = "mistaken";\n  outputs = { ... }: { nixosConfigurations = {; };\n}\n',
  );
  await openPage.path.fill(path);
  await expect(openPage.problem).toHaveCount(0);
  await openPage.openButton.click();
  await expect(openPage.problem).toContainText('flake.nix:3:');
  await expect(openPage.problem).toContainText('syntax error');
});

test('the doctor says what this computer lacks, and its command mends it', async ({ home, nixstead }) => {
  const HOME = join(home.lab.folder, 'newcomer');
  await mkdir(HOME, { recursive: true });
  await nixstead.start({ env: { HOME } });
  const window = await nixstead.openWindow();
  const { doctor } = window.openPage;
  const finding = doctor.getByRole('listitem').filter({ hasText: 'You have no SSH key' });
  await expect(finding).toContainText('ssh-keygen -t ed25519');
  await window.expectAccessible();

  const key = join(HOME, '.ssh', 'id_ed25519');
  await mkdir(join(HOME, '.ssh'), { recursive: true });
  await home.lab.controller.exec(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key]);
  await doctor.getByRole('button', { name: 'Check again' }).click();
  await expect(finding).toHaveCount(0);
  await expect(doctor).toContainText('You have an SSH key');
});

test('an address with a wrong token, or none, shows what to do and nothing of anybody’s', async ({
  home,
  nixstead,
}) => {
  const { path } = await home.fleet({ attic: {} }, 'secret-fleet');
  const app = await nixstead.start();
  const owner = await nixstead.openWindow();
  await owner.openFleet(path);

  for (const fragment of ['', `#token=${'A'.repeat(32)}`]) {
    const stranger = await nixstead.openWindow({ isLoaded: false });
    stranger.expectComplaint(/WebSocket connection to .* failed: HTTP Authentication failed/);
    await stranger.load(`http://127.0.0.1:${app.port}/${fragment}`);
    await expect(stranger.page.getByRole('status').getByText('does not accept this page')).toBeVisible();
    await expect(stranger.openPage.openButton).toHaveAttribute('aria-disabled', 'true');
    await stranger.expectAccessible();
    expect(await stranger.page.content()).not.toContain('secret-fleet');
  }
});

test('a door that takes the connection and stays silent is told, with a way on', async ({ nixstead }) => {
  const window = await nixstead.openWindow({ isLoaded: false });
  const { page } = window;
  await page.clock.install();
  await page.routeWebSocket(/.*/, () => undefined);
  await window.load();
  await expect(page.getByRole('heading', { name: 'Open your fleet' })).toBeVisible();
  await page.clock.fastForward('00:10');
  await expect(page.getByText('Nixstead’s engine has not answered yet')).toBeVisible();
  await window.expectAccessible();
  await expect(page.getByRole('button', { name: 'Load the page again' })).toBeVisible();
});

test('a page and a dialog that cannot be loaded say so, and are there when they can', async ({ window }) => {
  const { page } = window;
  window.expectComplaint(/Failed to load resource: net::ERR_FAILED/);
  await page.route('**/SettingsPage*.js', (route) => route.abort());
  await window.goTo('Settings');
  await expect(page.getByRole('article', { name: 'This page could not be loaded' })).toBeVisible();
  await window.expectAccessible();
  await page.unrouteAll();
  await page.getByRole('button', { name: 'Load anew' }).click();
  await expect(page.getByRole('region', { name: 'Choices' })).toBeVisible();

  await page.route('**/CreateFleetDialog*.js', (route) => route.abort());
  await window.goTo('Fleet');
  await page.getByRole('button', { name: 'Create a fleet' }).click();
  const creating = window.dialog('Create a fleet');
  await expect(creating.getByRole('article', { name: 'This dialog could not be loaded' })).toBeVisible();
  await window.expectAccessible();
  await page.keyboard.press('Escape');
  await expect(creating).toHaveCount(0);
  await page.getByRole('button', { name: 'Create a fleet' }).click();
  // Until it says so, its request may still be under way, and would succeed once nothing stops it.
  await expect(creating.getByRole('article', { name: 'This dialog could not be loaded' })).toBeVisible();
  await page.unrouteAll();
  await creating.getByRole('button', { name: 'Load anew' }).click();
  await page.getByRole('button', { name: 'Create a fleet' }).click();
  await expect(creating.getByRole('textbox', { name: 'Folder of the new fleet' })).toBeVisible();
});
