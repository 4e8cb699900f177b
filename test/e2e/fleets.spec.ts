import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from '@playwright/test';
import { projectRoot } from '../lab/index.ts';
import { markOn, type HomeNetwork } from './fixtures/home-network.ts';
import { expect, test } from './fixtures/test.ts';
import type { AppWindow } from './pages/app-window.ts';

/** Git in a folder of the lab; must succeed. */
async function git(home: HomeNetwork, cwd: string, ...argv: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await home.lab.controller.exec(['git', ...argv], { cwd });
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

/** Puts a whole text in place of what the editor of a file holds, as a paste does. */
async function write(window: AppWindow, text: string): Promise<void> {
  await window.page.getByRole('textbox', { name: /^Text of / }).focus();
  await window.page.keyboard.press('ControlOrMeta+a');
  await window.page.keyboard.insertText(text);
}

/** Goes to a control as people without a mouse do. */
async function tabTo(window: AppWindow, control: Locator): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    if (await control.evaluate((element) => element === document.activeElement)) return;
    await window.page.keyboard.press('Tab');
  }
  throw new Error('40 presses of Tab do not lead there');
}

test('a fleet is created, given hosts, edited, checked, committed and deployed, all in the window', async ({
  home,
  window,
}) => {
  test.setTimeout(180_000);
  const [alpha] = await home.hosts('alpha');
  const { page } = window;
  const path = join(home.lab.folder, 'fleets', 'created', 'cottage');

  await page.getByRole('button', { name: 'Create a fleet' }).click();
  const creating = window.dialog('Create a fleet');
  await creating.getByRole('textbox', { name: 'Folder of the new fleet' }).fill(path);
  await creating.getByRole('textbox', { name: 'Admin user' }).fill('ada');
  await expect(creating.getByText('will be written to')).toBeVisible();
  await creating.getByRole('button', { name: 'Create fleet' }).click();
  // There is no network for the inputs here, which is told; the lab’s stand for them.
  await expect(creating.getByText('was created in')).toBeVisible({ timeout: 60_000 });
  await window.expectAccessible();
  await home.lab.lock(path);
  await git(home, path, 'add', 'flake.lock');
  await creating.getByRole('button', { name: 'Open fleet' }).click();
  await expect(page.getByRole('heading', { name: 'This flake declares no hosts' })).toBeVisible();

  for (const [name, address] of [
    ['alpha', alpha.address],
    ['beta', '10.99.0.9'],
  ] as const) {
    await page.keyboard.press('Alt+n');
    const adding = window.dialog('Add a host');
    await adding.getByRole('textbox', { name: 'Name' }).fill(name);
    await adding.getByRole('textbox', { name: 'Address' }).fill(address);
    await expect(adding.getByText(`hosts/${name}/host.nix`)).toBeVisible();
    await adding.getByRole('button', { name: 'Add host' }).and(page.locator(':not([aria-disabled])')).click();
    await expect(window.fleet.row(name)).toContainText(address);
  }

  // A mistake is seen where it stands; the text is saved as it is all the same.
  const file = 'hosts/alpha/default.nix';
  await page.keyboard.press('Alt+5');
  await page.getByRole('searchbox', { name: 'Filter files' }).fill('alpha/default');
  await page.getByRole('treeitem', { name: /^default\.nix/ }).click();
  await expect(page.getByRole('textbox', { name: `Text of ${file}` })).toContainText('system.stateVersion');
  const made = await readFile(join(path, file), 'utf8');
  const mistaken = made.replace(/;\n\}\n$/, '\n}\n');
  await write(window, mistaken);
  await expect(page.getByText('1 mistake')).toBeVisible();
  await expect(page.locator('.cm-lintRange-error')).toHaveCount(1);
  await page.keyboard.press('Control+s');
  await expect.poll(() => readFile(join(path, file), 'utf8')).toBe(mistaken);
  const mark = 'a cottage of its own';
  const own = [
    '  networking.hostName = "nobody";',
    `  environment.etc."fleet-mark".text = "${mark}";`,
    '  fileSystems."/" = { device = "/dev/vda"; fsType = "ext4"; };',
  ].join('\n');
  const right = made.replace(/\}\n$/, `${own}\n}\n`);
  await write(window, right);
  await expect(page.getByText('1 mistake')).toHaveCount(0);
  await page.keyboard.press('Control+s');
  await expect.poll(() => readFile(join(path, file), 'utf8')).toBe(right);
  await window.expectAccessible();

  await page.keyboard.press('Alt+6');
  const finding = page.getByRole('listitem').filter({ hasText: 'host-name-differs' });
  await finding.getByRole('button', { name: /Call the machine alpha/ }).click({ timeout: 60_000 });
  await window
    .dialog(/Call the machine alpha/)
    .getByRole('button', { name: 'Accept change' })
    .click();
  await expect(finding).toHaveCount(0, { timeout: 60_000 });
  expect(await readFile(join(path, file), 'utf8')).toBe(right.replace('"nobody"', '"alpha"'));

  await page.keyboard.press('Alt+5');
  await page.getByRole('radio', { name: /^Changes \d/ }).check();
  await page.getByRole('checkbox', { name: 'Commit all' }).check();
  const message = page.getByRole('textbox', { name: 'Message' });
  await expect(message).not.toHaveValue('');
  const [subject = ''] = (await message.inputValue()).split('\n');
  await page.getByRole('button', { name: /^Commit to/ }).click();
  await expect(page.getByRole('status', { name: 'Messages' })).toContainText(subject);
  await expect(page.getByText('Nothing differs from the last commit.')).toBeVisible();
  expect(await git(home, path, 'status', '--porcelain')).toBe('');

  await window.goTo('Fleet');
  await window.deployHost('alpha');
  await window.job.ends('succeeded');
  expect(await markOn(alpha)).toBe(mark);
});

test('hosts of a flake of somebody’s own are renamed, tagged and retired by keyboard, and all of it is undone', async ({
  home,
  window,
}) => {
  test.setTimeout(150_000);
  const { path } = await home.fleet({ attic: {}, cellar: {} }, 'old-house');
  // Both answer at one address, which the check names.
  const attics = await readFile(join(path, 'hosts/attic/host.nix'), 'utf8');
  await writeFile(join(path, 'hosts/cellar/host.nix'), attics);
  await git(home, path, 'commit', '--quiet', '--all', '--message', 'One address');
  const { page } = window;
  const { keyboard } = page;
  const tried = page.getByText(/^Tried in a copy:/);
  const status = () => git(home, path, 'status', '--porcelain');
  await window.openFleet(path);

  await window.command('Rename attic');
  const renaming = window.dialog('Rename attic');
  await expect(renaming.getByRole('textbox', { name: 'New name' })).toBeFocused();
  await keyboard.insertText('cellar');
  await expect(renaming.getByText('The host name is already taken.').first()).toBeVisible();
  await keyboard.press('ControlOrMeta+a');
  await keyboard.insertText('loft');
  await keyboard.press('Enter');
  await expect(tried).toBeVisible({ timeout: 60_000 });
  await expect(renaming.getByText('moved from hosts/attic/default.nix')).toBeVisible();
  await window.expectAccessible();
  expect(await status(), 'nothing is written while it is looked at').toBe('');
  await keyboard.press('Enter');
  await expect(window.fleet.row('loft')).toBeVisible({ timeout: 60_000 });
  await expect(window.fleet.row('attic')).toHaveCount(0);
  await keyboard.press('Alt+z');
  await expect(window.fleet.row('attic')).toBeVisible();
  expect(await status()).toBe('');

  await page.getByRole('checkbox', { name: 'Select all' }).focus();
  await keyboard.press('Space');
  await keyboard.press('Alt+t');
  await expect(window.dialog('Tags of 2 hosts').getByRole('textbox', { name: 'New tags' })).toBeFocused();
  await keyboard.insertText('cold dry');
  await keyboard.press('Enter');
  await expect(tried).toBeVisible({ timeout: 60_000 });
  await keyboard.press('Enter');
  // The fleet is evaluated anew before its hosts say so.
  await expect(window.fleet.row('cellar')).toContainText('@cold', { timeout: 60_000 });
  await expect(window.fleet.row('attic')).toContainText('@dry');

  // What Git does not hold is not taken away.
  await window.command('Retire cellar');
  const retiring = window.dialog('Retire cellar');
  await expect(retiring.getByRole('article')).toContainText('Git does not hold', { timeout: 60_000 });
  await window.expectAccessible();
  await keyboard.press('Escape');
  await git(home, path, 'commit', '--quiet', '--all', '--message', 'Tags');
  await window.command('Retire cellar');
  await expect(tried).toBeVisible({ timeout: 60_000 });
  await tabTo(window, retiring.getByRole('button', { name: 'Retire cellar' }));
  await keyboard.press('Enter');
  await expect(window.fleet.row('cellar')).toHaveCount(0);
  expect(await status()).not.toBe('');
  await page.getByRole('status', { name: 'Messages' }).getByRole('button', { name: 'Undo' }).press('Enter');
  await expect(window.fleet.row('cellar')).toBeVisible();
  expect(await status()).toBe('');

  // What was checked once is checked again by itself after a change.
  await keyboard.press('Alt+6');
  await expect(page.getByText(/findings? · checked/)).toBeVisible({ timeout: 60_000 });
  const twice = page.getByRole('listitem').filter({ hasText: 'target-duplicate' });
  await expect(twice).toHaveCount(2);
  await window.command('Edit address of attic');
  const moving = window.dialog('Where attic answers');
  await expect(moving.getByRole('textbox', { name: 'Address' })).toBeFocused();
  await keyboard.insertText('10.99.0.78');
  await moving.getByRole('textbox', { name: 'Port' }).fill('2222');
  await keyboard.press('Enter');
  await expect(tried).toBeVisible({ timeout: 60_000 });
  await keyboard.press('Enter');
  await expect(twice).toHaveCount(0, { timeout: 60_000 });
  const attic = await readFile(join(path, 'hosts/attic/host.nix'), 'utf8');
  expect(attic).toContain('targetHost = "10.99.0.78";');
  expect(attic).toContain('targetPort = 2222;');

  // A new host is declared as one that is there, and the flake has it.
  await window.goTo('Fleet');
  await keyboard.press('Alt+n');
  const adding = window.dialog('Add a host');
  await expect(adding.getByRole('textbox', { name: 'Name' })).toBeFocused();
  await keyboard.insertText('shed');
  await adding.getByLabel('Declared like').selectOption('cellar');
  await adding.getByRole('textbox', { name: 'Address' }).fill('10.99.0.77');
  await keyboard.press('Enter');
  await expect(tried).toBeVisible({ timeout: 60_000 });
  await window.expectAccessible();
  await keyboard.press('Enter');
  await expect(window.fleet.row('shed')).toContainText('10.99.0.77');
  expect(await status()).toContain('A hosts/shed/host.nix');
});

test('where no place is safe, what to write is shown with the file that it belongs into', async ({ home, window }) => {
  const path = join(home.lab.folder, 'fleets', 'by-hand', 'computed');
  await cp(join(projectRoot, 'test/fixtures/changing/computed'), path, { recursive: true });
  await git(home, path, 'init', '--quiet');
  await git(home, path, 'add', '--all');
  await git(home, path, 'commit', '--quiet', '--message', 'All machines');
  await window.openFleet(path);
  const name =
    (await window.fleet.table
      .getByRole('button', { name: /^Details of / })
      .first()
      .textContent()) ?? '';
  await window.fleet.details(name.trim()).click();
  await window.page.getByRole('button', { name: `Rename ${name.trim()}` }).click();
  const renaming = window.dialog(/^Rename /);
  await renaming.getByRole('textbox', { name: 'New name' }).fill('renamed');
  await renaming.getByRole('button', { name: 'Show the change' }).click();
  const byHand = renaming.getByRole('article', { name: 'This change is yours to make' });
  await expect(byHand).toContainText('Nothing was written', { timeout: 60_000 });
  await window.expectAccessible();
  await byHand.getByRole('button', { name: 'Copy the text to write' }).click();
  expect(await window.page.evaluate(() => navigator.clipboard.readText())).toContain('renamed');
  await byHand.getByRole('button', { name: 'Open it there' }).click();
  await expect(window.page.getByRole('textbox', { name: /^Text of .*\.nix$/ })).toBeVisible();
  expect(await git(home, path, 'status', '--porcelain')).toBe('');
});

test('a branch is made, pushed, and brought together with what somebody else pushed meanwhile', async ({
  home,
  window,
}) => {
  const { path } = await home.fleet({ attic: {} }, 'shared-house');
  const { page } = window;
  const bare = join(path, '../shared.git');
  const other = join(path, '../other');
  await git(home, path, 'init', '--quiet', '--bare', bare);
  await git(home, path, 'remote', 'add', 'origin', bare);

  await window.openFleet(path);
  await page.keyboard.press('Alt+5');
  await page.getByRole('button', { name: /^Switch branch/ }).click();
  const branches = window.dialog('Branches');
  await branches.getByRole('textbox').fill('try/attic');
  await branches.getByRole('button', { name: 'Create' }).click();
  await expect(page.getByRole('button', { name: /^Switch branch, now try\/attic/ })).toBeVisible();
  const branch = page.getByRole('region', { name: 'Branch' });
  await branch.getByRole('button', { name: 'Push' }).click();
  await expect.poll(() => git(home, bare, 'branch', '--format=%(refname:short)')).toBe('try/attic\n');

  // Somebody else pushes, and we commit: both sides have what the other lacks.
  await git(home, path, 'clone', '--quiet', '--branch', 'try/attic', bare, other);
  await git(home, other, 'commit', '--quiet', '--allow-empty', '--message', 'theirs');
  await git(home, other, 'push', '--quiet');
  await git(home, path, 'commit', '--quiet', '--allow-empty', '--message', 'ours');
  await branch.getByRole('button', { name: 'Fetch' }).and(page.locator(':not([aria-disabled])')).click();
  await branch.getByRole('button', { name: 'Pull 1' }).and(page.locator(':not([aria-disabled])')).click();
  const pulling = window.dialog('Pull');
  await expect(pulling).toContainText('theirs');
  await window.expectAccessible();
  await pulling.getByRole('radio', { name: /^Rebase/ }).check();
  await pulling.getByRole('button', { name: 'Pull' }).and(page.locator(':not([aria-disabled])')).click();
  await branch.getByRole('button', { name: 'Push 1' }).and(page.locator(':not([aria-disabled])')).click();
  await expect.poll(() => git(home, bare, 'log', '--format=%s', '-2', 'try/attic')).toBe('ours\ntheirs\n');
});
