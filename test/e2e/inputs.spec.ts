import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './fixtures/test.ts';

test('an input is updated: tried beside the fleet, the hosts that change are shown, and the lock is written when it is accepted', async ({
  home,
  window,
}) => {
  const { page } = window;
  const fleet = await home.fleet({ attic: {}, cellar: {} });
  const run = async (cwd: string, ...argv: string[]) => {
    const { exitCode, stderr } = await home.lab.controller.exec(argv, { cwd });
    expect(exitCode, stderr).toBe(0);
  };
  // What the fleet is made of becomes newer: its nixpkgs is a folder of the lab.
  const pocket = join(fleet.path, '../own-pocket');
  await run(fleet.path, 'cp', '-r', join(home.lab.folder, 'inputs/pocket'), pocket);
  const flake = join(fleet.path, 'flake.nix');
  const text = (await readFile(flake, 'utf8')).replace('github:NixOS/nixpkgs/nixos-25.11', `path:${pocket}`);
  await writeFile(flake, text);
  await run(fleet.path, 'nix', 'flake', 'lock', '--override-input', 'nixpkgs', `path:${pocket}`);
  await run(fleet.path, 'git', 'commit', '--quiet', '--all', '--message', 'Own nixpkgs');
  await mkdir(pocket, { recursive: true });
  await writeFile(join(pocket, 'nothing-in-particular'), 'newer');
  const before = await readFile(join(fleet.path, 'flake.lock'), 'utf8');

  await window.openFleet(fleet.path);
  await page.keyboard.press('Alt+7');
  await expect(page.getByRole('heading', { name: 'Inputs', level: 1 })).toBeVisible();
  await expect(page.getByRole('row', { name: /^Details of disko/ })).toContainText('github:nix-community/disko');
  await page.getByRole('button', { name: 'Details of disko' }).click();
  await expect(page.getByText('follows nixpkgs').first()).toBeVisible();
  await window.expectAccessible();

  await page.getByRole('button', { name: 'Update nixpkgs', exact: true }).click();
  await window.dialog('Update nixpkgs').getByRole('button', { name: 'Try it' }).click();
  const proposal = page.getByRole('region', { name: /to be decided/ });
  await expect(proposal).toContainText(/hosts? change|None of/, { timeout: 60_000 });
  await window.expectAccessible();
  expect(await readFile(join(fleet.path, 'flake.lock'), 'utf8')).toBe(before);
  await page.reload();
  await proposal.getByRole('button', { name: 'Accept' }).click();
  await expect(page.getByText('flake.lock was written')).toBeVisible();
  expect(await readFile(join(fleet.path, 'flake.lock'), 'utf8')).not.toBe(before);
});
