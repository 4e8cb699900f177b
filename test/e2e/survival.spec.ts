import { markOn } from './fixtures/home-network.ts';
import { expect, test } from './fixtures/test.ts';

test('a reload in mid-deploy shows the same job going on', async ({ home, window }) => {
  const [alpha] = await home.hosts('alpha');
  const build = home.heldBuild();
  const fleet = await home.fleet({ alpha: { config: build.config } });
  await window.openFleet(fleet.path);
  await window.deployHost('alpha');
  const { job } = window;
  await job.reaches('alpha', 'build', /^\d+ of \d+/);
  const id = await job.id();

  await window.page.reload();
  await expect(job.title).toHaveText('Switch alpha');
  expect(await job.id()).toBe(id);
  await expect(job.stage('alpha', 'plan')).toHaveAttribute('aria-valuetext', /^done/);
  await expect(job.log('alpha')).toBeVisible();
  await build.letGo();
  await job.ends('succeeded');
  expect(await markOn(alpha)).toBe(fleet.mark);
  await expect(window.jobDrawer).toContainText('succeeded');
});

test(
  'killing the app in mid-deploy kills no job: started again, it shows the same one going on to its end',
  {
    tag: '@desktop',
  },
  async ({ home, nixstead, door }) => {
    const [alpha] = await home.hosts('alpha');
    const build = home.heldBuild();
    const fleet = await home.fleet({ alpha: { config: build.config } });
    const app = await nixstead.start();
    const before = await nixstead.openWindow();
    before.expectComplaint(/WebSocket|ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|401/);
    await before.openFleet(fleet.path);
    await before.deployHost('alpha');
    await before.job.reaches('alpha', 'build', /^\d+ of \d+/);
    const id = await before.job.id();

    await app.kill();
    // A window of the desktop goes with its app.
    if (door === 'browser') {
      await expect(before.page.getByText('The connection to Nixstead’s engine is lost')).toBeVisible();
      await before.expectAccessible();
    }
    expect(await markOn(alpha)).not.toBe(fleet.mark);

    await nixstead.start();
    const after = await nixstead.openWindow();
    await expect(after.jobDrawer).toContainText('running');
    await after.jobDrawer.getByRole('link', { name: /Switch alpha/ }).click();
    expect(await after.job.id()).toBe(id);
    await build.letGo();
    await after.job.ends('succeeded');
    await expect(after.job.result('alpha')).toHaveText(/gen\S* \d+$/);
    expect(await markOn(alpha)).toBe(fleet.mark);

    // The tab of the first start belongs to a token that is no longer good, and says so.
    if (door === 'browser') await expect(before.page.getByText('does not accept this page')).toBeVisible();
  },
);

test('two tabs show the same job, and either can end it', async ({ home, nixstead }) => {
  await home.hosts('alpha');
  const fleet = await home.fleet({ alpha: { config: home.heldBuild().config } });
  const [left, right] = [await nixstead.openWindow(), await nixstead.openWindow()];
  await left.openFleet(fleet.path);
  await right.openFleet(fleet.path);
  await left.deployHost('alpha');
  await left.job.reaches('alpha', 'build', /^\d+ of \d+/);

  await expect(right.jobDrawer).toContainText('running');
  await expect(right.fleet.row('alpha').getByRole('progressbar', { name: 'alpha build' })).toBeVisible();
  await expect(right.fleet.deployButton('alpha')).toHaveAttribute('aria-disabled', 'true');
  await right.expectAccessible();
  await right.jobDrawer.getByRole('link', { name: /Switch alpha/ }).click();
  await right.job.cancel.click();
  await right.job.ends('cancelled');
  await left.job.ends('cancelled');
});

test('jobs and their logs are there after the app was stopped and started', async ({ home, nixstead }) => {
  await home.hosts('alpha');
  const fleet = await home.fleet({ alpha: {} });
  const app = await nixstead.start();
  const before = await nixstead.openWindow();
  before.expectComplaint(/WebSocket|ERR_|401/);
  await before.openFleet(fleet.path);
  await before.deployHost('alpha');
  await before.job.ends('succeeded');
  await expect(before.job.log('alpha')).toBeVisible();
  const log = await before.job.logText();
  expect(log).toContain('activating the configuration');
  await app.stop();
  await expect(before.page.getByText('The connection to Nixstead’s engine is lost')).toBeVisible();

  await nixstead.start();
  const after = await nixstead.openWindow();
  await after.goTo('Jobs');
  await expect(after.jobs.row('Switch alpha')).toContainText('succeeded');
  await after.expectAccessible();
  await after.jobs.row('Switch alpha').getByRole('link').click();
  await after.job.ends('succeeded');
  await expect(after.job.stage('alpha', 'verify')).toHaveAttribute('aria-valuetext', /^done/);
  await expect.poll(() => after.job.logText()).toBe(log);
});
