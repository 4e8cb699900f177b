import { join } from 'node:path';
import { markOn } from './fixtures/home-network.ts';
import { Laptop } from './fixtures/laptop.ts';
import { expect, test } from './fixtures/test.ts';
import { WatchedPage } from './fixtures/watched-page.ts';
import { AppWindow } from './pages/app-window.ts';

test('a computer with ssh and a browser alone does everything by a machine that has nix and Nixstead', async ({
  home,
  page,
  context,
}) => {
  const [alpha] = await home.hosts('alpha');
  const build = home.heldBuild();
  const fleet = await home.fleet({ alpha: { config: build.config } });
  const dataFolder = join(home.lab.folder, 'state', 'by-ssh');
  await using laptop = await Laptop.start(home.lab);
  await expect(laptop.host.read('nix', '--version')).rejects.toThrow();

  const first = await laptop.reach(dataFolder);
  const before = new AppWindow(new WatchedPage(page), first.url);
  before.expectComplaint(/WebSocket|ERR_CONNECTION/);
  await before.load();
  await expect(before.page.getByText('Nix is here')).toBeVisible();
  await before.openFleet(fleet.path);
  await before.deployHost('alpha');
  await before.job.reaches('alpha', 'build', /^\d+ of \d+/);
  const id = await before.job.id();

  // The lid is closed: the deploy goes on there.
  await first.cut();
  await expect(before.page.getByText('The connection to Nixstead’s engine is lost')).toBeVisible();
  await build.letGo();
  await expect.poll(() => markOn(alpha)).toBe(fleet.mark);

  const second = await laptop.reach(dataFolder);
  const after = new AppWindow(new WatchedPage(await context.newPage()), second.url);
  await after.load();
  await after.openFleet(fleet.path);
  await after.goTo('Jobs');
  await after.page.getByRole('link', { name: /Switch alpha/ }).click();
  expect(await after.job.id()).toBe(id);
  await after.job.ends('succeeded');
  expect(after.complaints).toEqual([]);
});
