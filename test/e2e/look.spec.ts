import { expect, test } from './fixtures/test.ts';
import type { AppWindow } from './pages/app-window.ts';

/** Nothing sticks out of the window, so nobody has to scroll sideways. */
async function expectToFit({ page }: AppWindow): Promise<void> {
  for (const part of [page.locator('html'), page.getByRole('main')]) {
    expect(await part.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBeLessThanOrEqual(0);
  }
}

test('the theme is chosen in the settings, kept, and leaves every page readable', async ({ home, window }) => {
  const { path } = await home.fleet({ attic: { tags: ['upstairs'] } });
  const { page } = window;
  await window.openFleet(path);
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await window.goTo('Settings');
  await page.getByRole('radiogroup', { name: 'Theme' }).getByText('Light').click();
  const light = await ground();
  await window.expectAccessible();
  await page.getByRole('radiogroup', { name: 'Theme' }).getByText('Dark').click();
  await expect.poll(ground).not.toBe(light);
  await window.expectAccessible();
  for (const name of ['Fleet', 'Jobs'] as const) {
    await window.goTo(name);
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
    await window.expectAccessible();
  }
  // It is dark from the first moment on, before the engine has told what was chosen.
  await page.addInitScript(() => {
    const themes: (string | undefined)[] = [];
    const tell = (): number => themes.push(document.documentElement.dataset['theme']);
    new MutationObserver(tell).observe(document, { subtree: true, attributeFilter: ['data-theme'] });
    Object.assign(globalThis, { themes });
  });
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name: 'Jobs' })).toBeVisible();
  expect(await ground()).not.toBe(light);
  expect(await page.evaluate(() => [...new Set((globalThis as { themes?: string[] }).themes)])).toEqual(['dark']);
});

test('a reader who asks for less motion gets none', async ({ window }) => {
  await window.page.emulateMedia({ reducedMotion: 'reduce' });
  const longest = await window.page.evaluate(() =>
    Math.max(
      ...[...document.querySelectorAll('*')].map((element) => parseFloat(getComputedStyle(element).transitionDuration)),
    ),
  );
  expect(longest).toBeLessThan(0.01);
});

test.describe('in a small window', () => {
  test.use({ viewport: { width: 900, height: 640 } });

  test('every page fits, and a host can be deployed', async ({ home, window }) => {
    await home.hosts('alpha', 'beta');
    const fleet = await home.fleet({ alpha: { tags: ['web', 'always-on'] }, beta: {}, attic: {} });
    const { page } = window;
    await expectToFit(window);
    await window.openFleet(fleet.path);
    await expect(window.fleet.deployButton('beta')).toBeInViewport();
    await expectToFit(window);
    await window.expectAccessible();
    await window.fleet.deployButton('alpha').click();
    await window.deployDialog.showCommands();
    await expect(window.deployDialog.deploy).toBeInViewport({ ratio: 1 });
    await window.expectAccessible();
    await window.deployDialog.confirm();
    await window.job.ends('succeeded');
    await expectToFit(window);
    await expect(window.job.result('alpha')).toBeInViewport({ ratio: 1 });
    await window.expectAccessible();
    await window.goTo('Jobs');
    await expectToFit(window);
    await window.goTo('Settings');
    await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
    await expectToFit(window);
  });
});
