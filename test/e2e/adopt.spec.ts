import { installBench } from './fixtures/install-bench.ts';
import { expect, test } from './fixtures/test.ts';
import { WizardPage } from './pages/wizard-page.ts';

test.describe.configure({ timeout: 300_000 });

test('a machine that runs NixOS is taken over: proven to mount what it mounts, not changed, and what was typed on the way is kept', async ({
  home,
  window,
}) => {
  const { page } = window;
  const { host, fleet } = await installBench(home, 'cedar', 'nixos');
  const before = [await host.currentSystem(), await host.generation()];
  await window.openPage.path.fill(fleet);
  await window.openPage.openButton.click();
  const wizard = new WizardPage(page);
  await wizard.begin('Adopt…');
  await wizard.find(host.address);
  await expect(wizard.heading('It runs NixOS and can be taken over')).toBeVisible();
  await window.expectAccessible();
  await wizard.press('Continue');

  // Left by the rail before it was sent: once with a name that is none, once as it should be.
  await wizard.field('Host name').fill('no name!');
  await wizard.field('Tags').fill('attic lan');
  await wizard.step('Probe').click();
  await wizard.step('Name and role').click();
  await expect(wizard.field('Host name')).toHaveValue('no name!');
  await expect(wizard.field('Tags')).toHaveValue('attic lan');
  await window.goTo('Fleet');
  await page.goBack();
  await expect(wizard.field('Host name')).toHaveValue('no name!');
  await wizard.field('Host name').fill('cedar');
  await wizard.step('Find').click();
  await expect(wizard.field('Address')).toHaveValue(host.address);
  await wizard.step('Review').click();

  await expect(wizard.heading('Take cedar into the fleet?')).toBeVisible();
  await window.expectAccessible();
  await wizard.press('Take it over');
  await expect(wizard.heading('cedar is in the fleet')).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText('What the configuration mounts is what is mounted now.')).toBeVisible();
  await window.expectAccessible();
  await wizard.press('Show the dry run');
  await window.job.ends('succeeded');
  expect([await host.currentSystem(), await host.generation()]).toEqual(before);
  const git = (...argv: string[]) => home.lab.controller.exec(['git', ...argv], { cwd: fleet });
  expect((await git('log', '-1', '--format=%s')).stdout.trim()).toBe('Take over cedar');
  expect((await git('show', 'HEAD:hosts/cedar/host.nix')).stdout).toContain('"attic"');
});
