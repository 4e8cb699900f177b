import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../lab/index.ts';
import { expect, test } from './fixtures/test.ts';
import type { HomeNetwork } from './fixtures/home-network.ts';
import type { AppWindow } from './pages/app-window.ts';

// Flakes as guides for people with machines at home print them, with their inputs locked to the lab's.

let count = 0;

/** Copies a guide's flake, locks it and opens it. */
async function openGuide(home: HomeNetwork, window: AppWindow, name: string): Promise<void> {
  const path = join(home.lab.folder, 'fleets', `guide-${++count}`, name);
  await cp(join(projectRoot, 'test/fixtures/guides', name), path, { recursive: true });
  const git = (...argv: string[]) => home.lab.controller.exec(['git', ...argv], { cwd: path });
  await git('init', '--quiet');
  await git('add', '--all');
  await home.lab.lock(path);
  await git('add', '--all');
  if (await window.fleet.table.isVisible()) await window.page.keyboard.press('Alt+o');
  await window.openFleet(path);
}

/** The hosts that the table shows with their addresses, by name. */
async function expectHosts(window: AppWindow, hosts: Readonly<Record<string, string>>): Promise<void> {
  const rows = window.fleet.table.getByRole('button', { name: /^Details of / });
  await expect(rows).toHaveText(Object.keys(hosts).sort());
  for (const [host, address] of Object.entries(hosts)) await expect(window.fleet.row(host)).toContainText(address);
}

test('colmena: a host in one block, and a factory whose hosts become nixosConfigurations and hive', async ({
  home,
  window,
}) => {
  await openGuide(home, window, 'one-block');
  await expectHosts(window, { webserver: '192.168.1.50' });
  await window.fleet.details('webserver').click();
  await expect(window.fleet.table).toContainText('root@192.168.1.50');

  await openGuide(home, window, 'factory');
  // The PC has no deployment, so its address is its name, as everywhere.
  await expectHosts(window, {
    clawfinger: 'clawfinger',
    envy: '10.0.0.10',
    lenovo: '10.0.0.61',
    'rpi4-a': '10.0.0.11',
  });
  await window.fleet.filter.fill('system:aarch64-linux');
  await expect(window.fleet.row('rpi4-a')).toBeVisible();
  await expect(window.fleet.row('envy')).toHaveCount(0);
  await window.fleet.details('rpi4-a').click();
  const { table } = window.fleet;
  await expect(table).toContainText('nixos@10.0.0.11');
  await expect(table).toContainText('allowed, with colmena apply-local');
  await expect(table).toContainText('disko, sops-nix, home-manager');
  await expect(table.getByRole('link', { name: 'hosts/rpi4-a/default.nix' })).toBeVisible();
  await window.expectAccessible();
});

test('nixos-anywhere with colmenaHive, and the tags of the announcement', async ({ home, window }) => {
  await openGuide(home, window, 'install-and-manage');
  await expectHosts(window, { 'my-server': 'your-server-ip' });
  await window.fleet.filter.fill('@web');
  await expect(window.fleet.row('my-server')).toContainText('@web');
  await window.fleet.details('my-server').click();
  await expect(window.fleet.table).toContainText('root@your-server-ip');

  await openGuide(home, window, 'announcement');
  await window.fleet.filter.fill('@tag-a');
  await expect(window.page.getByText('7 hosts of 8: hosts with tag ‘tag-a’')).toBeVisible();
  await expect(window.fleet.row('sigma')).toContainText('sigma.redacted');
  await expect(window.fleet.row('omega')).toHaveCount(0);
  await window.fleet.details('alpha').click();
  await expect(window.fleet.table).toContainText('token');
  await expect(window.fleet.table).not.toContainText('gone after a reboot');
});

test('deploy-rs with three machines, and nixos-rebuild with a hive whose address is left out', async ({
  home,
  window,
}) => {
  await openGuide(home, window, 'homelab-guide');
  await expectHosts(window, { nas: '10.0.20.10', compute: '10.0.20.11', gateway: '10.0.20.1' });
  await window.fleet.details('gateway').click();
  await expect(window.fleet.table).toContainText('deploy@10.0.20.1');
  // The guide takes the 240 s for the time in which a machine must confirm; they are for the activation.
  await expect(window.fleet.table).toContainText('activating fails or takes over 240 s, or nobody reaches it for 30 s');
  await expect(window.fleet.table.getByRole('link', { name: 'modules/networking.nix' })).toBeVisible();

  await openGuide(home, window, 'book');
  await expect(window.fleet.cell('my-nixos', 'state')).toHaveText(/cannot be used/);
});
