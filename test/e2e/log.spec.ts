import { slowBuild } from './fixtures/home-network.ts';
import { expect, test } from './fixtures/test.ts';

test('a log is searched, copied and followed while its job goes on', async ({ home, window }) => {
  await home.hosts('alpha');
  const fleet = await home.fleet((mark) => ({ alpha: { config: slowBuild(mark, 4) } }));
  await window.openFleet(fleet.path);
  await window.deployHost('alpha');
  const { job } = window;
  await expect(job.followLog).toHaveAttribute('aria-pressed', 'true');
  await expect.poll(() => job.logText(), { timeout: 60_000 }).toContain('compiling part 2 of 4');
  const screen = await job.log('alpha').locator('.xterm').elementHandle();

  await job.searchLog.fill('compiling part');
  await expect(
    job
      .log('alpha')
      .page()
      .getByRole('status')
      .filter({ hasText: /^\d+ of \d+$/ }),
  ).toBeVisible();
  await job.searchLog.press('Enter');
  await job.searchLog.press('Shift+Enter');
  await job.searchLog.fill('no such words');
  await expect(window.page.getByRole('status').filter({ hasText: /^none$/ })).toBeVisible();
  await job.searchLog.press('Escape');
  await expect(job.searchLog).toHaveValue('');

  await job.ends('succeeded');
  expect(await screen?.evaluate((element) => element.isConnected), 'the log is the one that was opened').toBe(true);
  const text = await job.logText();
  expect(text).toContain('compiling part 4 of 4');
  expect(text.indexOf('compiling part 4')).toBeLessThan(text.indexOf('activating the configuration'));
  await window.expectAccessible();
});
