import { markOn } from './fixtures/home-network.ts';
import { expect, test } from './fixtures/test.ts';

test('what was planned and approved is deployed; a host that shuts us out comes back by itself, and the window says so', async ({
  home,
  window,
}) => {
  test.setTimeout(240_000);
  const [alpha, theta] = await home.hosts('alpha', 'theta');
  const fleet = await home.fleet({ alpha: {}, theta: { config: 'pocket.breakNetwork = true;' } });
  const before = { alpha: await alpha.currentSystem(), theta: await theta.currentSystem() };
  const { page, job } = window;
  await window.openFleet(fleet.path);
  await page.keyboard.press('Alt+w');
  const plan = page.getByRole('region', { name: 'What would change' });
  await job.ends('succeeded');
  await expect(plan.getByRole('status')).toContainText('2 hosts would change');
  expect([await alpha.currentSystem(), await theta.currentSystem()]).toEqual([before.alpha, before.theta]);
  await plan.getByRole('button', { name: /^alpha/ }).click();
  await expect(plan.getByText('Room on /')).toBeVisible();
  await window.expectAccessible();

  await plan.getByRole('button', { name: 'Approve all' }).click();
  await plan.getByText('After a time').click();
  await plan.getByRole('textbox', { name: /^Seconds until/ }).fill('25');
  await plan.getByRole('button', { name: 'Deploy 2 hosts as planned' }).click();
  await expect(job.title).toHaveText('Switch alpha, theta');

  const guard = page.getByRole('region', { name: 'Hosts that wait to be confirmed' });
  const countdown = guard.getByText(/^theta goes back in \d+ s$/);
  await expect(countdown).toBeVisible({ timeout: 60_000 });
  await page.reload();
  await expect(countdown).toBeVisible();
  await expect(guard.getByRole('button', { name: /^Revert now theta/ })).toBeVisible();
  await window.expectAccessible();

  await expect(job.result('theta')).toHaveText('went back', { timeout: 100_000 });
  await job.ends('partly done');
  await expect(job.problem('theta')).toContainText('could not be reached with the new system and went back');
  await expect(guard).toHaveCount(0);
  expect(await theta.currentSystem()).toBe(before.theta);
  expect(await markOn(alpha)).toBe(fleet.mark);

  await window.goTo('Fleet');
  await window.fleet.details('alpha').click();
  await page.getByRole('link', { name: 'Generations and history' }).click();
  const newest = (await alpha.generation()) ?? 0;
  await page.getByRole('checkbox', { name: `Compare generation ${newest}` }).check();
  await page.getByRole('checkbox', { name: `Compare generation ${newest - 1}` }).check();
  const difference = page.getByRole('region', { name: /^Difference between/ });
  await expect(difference.getByRole('status')).toContainText('new, ');
  await expect(page.getByRole('region', { name: 'What was done here' })).toContainText('Switch alpha, theta');
});

test('a switch is kept before its time is over, and two hosts go back, without a mouse', async ({ home, window }) => {
  test.setTimeout(240_000);
  const [alpha, beta] = await home.hosts('alpha', 'beta');
  const { page, job } = window;
  const { keyboard } = page;
  const tabTo = async (name: string): Promise<void> => {
    for (let presses = 0; presses < 60; presses++) {
      await keyboard.press('Tab');
      const focused = await page.evaluate(
        () => document.activeElement?.ariaLabel ?? document.activeElement?.textContent?.trim(),
      );
      if (focused === name) return;
    }
    throw new Error(`60 presses of Tab do not lead to ${name}`);
  };
  const first = await home.fleet({ alpha: {}, beta: {} });
  await window.openFleet(first.path);
  await window.fleet.checkbox('alpha').focus();
  await keyboard.press('Space');
  await window.fleet.checkbox('beta').focus();
  await keyboard.press('Space');
  await keyboard.press('Alt+d');
  await tabTo('Deploy');
  await expect(window.deployDialog.deploy).not.toHaveAttribute('aria-disabled');
  await keyboard.press('Enter');
  await expect(job.title).toHaveText('Switch alpha, beta');
  await job.ends('succeeded');
  const before = [await alpha.generation(), await beta.generation()];

  const slow = 'pocket.activationSeconds = 6;';
  const second = await home.fleet({ alpha: { config: slow }, beta: {} });
  await keyboard.press('Alt+o');
  await window.openFleet(second.path);
  await keyboard.press('Alt+d');
  await tabTo('Deploy');
  await expect(window.deployDialog.deploy).not.toHaveAttribute('aria-disabled');
  await keyboard.press('Enter');
  await expect(page.getByText(/^alpha goes back in \d+ s$/)).toBeVisible({ timeout: 60_000 });
  await keyboard.press('Alt+k');
  await job.ends('succeeded');
  expect([await markOn(alpha), await markOn(beta)]).toEqual([second.mark, second.mark]);

  await keyboard.press('Alt+1');
  await keyboard.press('Control+k');
  await expect(page.getByRole('combobox')).toBeFocused();
  await keyboard.type('go back on');
  await keyboard.press('Enter');
  await expect(window.dialog('Go back on 2 hosts')).toBeVisible();
  await window.expectAccessible();
  await tabTo('Go back');
  await keyboard.press('Enter');
  await expect(job.title).toHaveText('Go back on alpha, beta');
  await job.ends('succeeded');
  expect([await alpha.generation(), await beta.generation()]).toEqual(before);
  expect([await markOn(alpha), await markOn(beta)]).toEqual([first.mark, first.mark]);
});
