import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './fixtures/test.ts';

test('the table says what each host says of itself; tags, words and states filter it', async ({ home, window }) => {
  const [alpha, beta] = await home.hosts('alpha', 'beta');
  const fleet = await home.fleet({ alpha: { tags: ['web'] }, beta: { tags: ['web', 'db'] }, attic: {} });
  await window.openFleet(fleet.path);
  const { fleet: hosts, page } = window;
  for (const host of [alpha, beta]) {
    await expect(hosts.cell(host.name, 'state')).toHaveText(/online|failed/);
    await expect(hosts.cell(host.name, 'generation')).toHaveText(String(await host.generation()));
    await expect(hosts.row(host.name)).toContainText(host.address);
  }
  await expect(hosts.cell('attic', 'state')).toHaveText(/offline/);
  await window.expectAccessible();

  await hosts.details('alpha').click();
  const system = (await alpha.currentSystem()) ?? '';
  await expect(hosts.table.getByText(`…-${system.slice('/nix/store/'.length + 33)}`).first()).toBeVisible();
  await window.expectAccessible();

  await page.getByRole('navigation').getByRole('link', { name: /^db/ }).click();
  await expect(hosts.filter).toHaveValue('@db');
  await expect(hosts.row('beta')).toBeVisible();
  await expect(hosts.row('alpha')).toHaveCount(0);
  await hosts.filter.fill('!@web');
  await expect(hosts.row('attic')).toBeVisible();
  await expect(hosts.row('beta')).toHaveCount(0);
  await hosts.filter.fill('(@web');
  await expect(hosts.filter).toHaveAttribute('aria-invalid', 'true');
  await window.expectAccessible();
  await hosts.filter.fill('nothing-like-this');
  await expect(page.getByRole('heading', { name: 'No host fits this filter' })).toBeVisible();
  await page.getByRole('button', { name: 'Clear the filter' }).click();

  await page.getByText('Cards', { exact: true }).click();
  await expect(hosts.cards.getByRole('listitem', { name: 'alpha' })).toContainText(alpha.address);
  await window.expectAccessible();
  await page.reload();
  await expect(hosts.cards).toBeVisible();
});

test('a host that goes off is told when the hosts are checked, and keeps what it last said', async ({
  home,
  window,
}) => {
  const [delta] = await home.hosts('delta');
  const fleet = await home.fleet({ delta: {} });
  await window.openFleet(fleet.path);
  await expect(window.fleet.cell('delta', 'state')).toHaveText(/online|failed/);
  const generation = String(await delta.generation());
  await delta.powerOff();
  try {
    await window.fleet.checkHosts.click();
    await expect(window.fleet.cell('delta', 'state')).toHaveText(/offline/);
    await expect(window.fleet.cell('delta', 'generation')).toHaveText(generation);
  } finally {
    await delta.powerOn();
  }
  await window.fleet.checkHosts.click();
  await expect(window.fleet.cell('delta', 'state')).toHaveText(/online|failed/);
});

test('what changed in the flake is there after it was evaluated again, and a host without an address is still built', async ({
  home,
  window,
}) => {
  const { path } = await home.fleet({ attic: {} });
  await window.openFleet(path);
  await expect(window.fleet.row('attic')).toBeVisible();
  await home.lab.controller.exec(['git', 'mv', 'hosts/attic', 'hosts/cellar'], { cwd: path });
  await writeFile(join(path, 'hosts/cellar/host.nix'), '{ type = "server"; deployment.targetHost = null; }\n');
  await window.fleet.evaluate.click();
  await expect(window.fleet.row('cellar')).toBeVisible();
  await expect(window.fleet.row('attic')).toHaveCount(0);
  await expect(window.page.getByRole('banner')).toContainText(/\d+ changes?\s+not committed/);

  const { deployDialog, job } = window;
  await window.fleet.checkbox('cellar').check();
  await window.fleet.deploySelected.click();
  await expect(deployDialog.dialog).toContainText('cellar has no address to deploy to');
  await deployDialog.goal('Build').check();
  await expect(deployDialog.leftOut).toHaveCount(0);
  await deployDialog.confirm();
  await job.ends('succeeded');
  await expect(job.stage('cellar', 'build')).toHaveAttribute('aria-valuetext', /^done/);
});

test('keys that a restart took away are missed, and one press uploads them again', async ({ home, window }) => {
  const [alpha] = await home.hosts('alpha');
  const config = { alpha: 'deployment.keys.token.text = "only a test";' };
  const { path } = await home.lab.fleet('colmena', { name: 'with-keys', hosts: ['alpha'], config });
  const { page, fleet, job } = window;
  await window.openFleet(path);
  await window.deployHost('alpha');
  await job.ends('succeeded');
  await alpha.reboot();
  expect((await alpha.exec(['test', '-e', '/run/keys/token'])).exitCode).toBe(1);
  await window.goTo('Fleet');
  await fleet.checkHosts.click();
  await expect(page.getByRole('status').filter({ hasText: 'The keys of 1 host are gone' })).toBeVisible();
  await window.expectAccessible();
  await page.getByRole('button', { name: 'Upload its keys' }).click();
  await job.ends('succeeded');
  expect(await alpha.read('cat', '/run/keys/token')).toBe('only a test');
  await window.goTo('Fleet');
  await expect(fleet.cell('alpha', 'state')).toHaveText(/online|failed/);
  await expect(page.getByText('are gone')).toHaveCount(0);
});
