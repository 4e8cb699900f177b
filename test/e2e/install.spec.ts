import { installBench } from './fixtures/install-bench.ts';
import { expect, test } from './fixtures/test.ts';
import { WizardPage } from './pages/wizard-page.ts';

test.describe.configure({ timeout: 300_000 });

test('a machine that runs the installer becomes a verified host, and what was chosen outlives a restart of the app', async ({
  home,
  nixstead,
}) => {
  const app = await nixstead.start();
  let window = await nixstead.openWindow();
  const { host, fleet, serial } = await installBench(home, 'larch');
  await window.openPage.path.fill(fleet);
  await window.openPage.openButton.click();
  let wizard = new WizardPage(window.page);
  await wizard.begin();
  await wizard.find(host.address);
  await expect(wizard.heading(/^NixOS can be installed on it/)).toBeVisible();
  await window.expectAccessible();
  await wizard.button('Continue').click();
  await wizard.name('larch');

  await expect(window.page.getByRole('checkbox', { checked: true })).toHaveCount(0);
  await wizard.disk(serial);
  await window.expectAccessible();
  await wizard.button('Continue').click();
  await window.expectAccessible();
  await wizard.button('Continue').click();
  await expect(wizard.heading('What will be written, run and erased')).toBeVisible();
  await expect(window.page.getByText('hosts/larch/disko.nix')).toBeVisible();
  const before = await home.lab.controller.exec(['git', 'status', '--porcelain'], { cwd: fleet });
  expect(before.stdout).toBe('');

  await window.page.close();
  await app.stop();
  await nixstead.start();
  window = await nixstead.openWindow();
  wizard = new WizardPage(window.page);
  await window.openPage.path.fill(fleet);
  await window.openPage.openButton.click();
  await wizard.button('New machine').click();
  await wizard.button('Continue with larch').click();
  await expect(wizard.heading('What will be written, run and erased')).toBeVisible();
  await wizard.checks();
  await expect(wizard.heading('Erase and install larch?')).toBeVisible();
  await window.expectAccessible();
  await wizard.erase('larch');
  await wizard.isVerified('larch');
  await window.expectAccessible();
  expect(await host.read('hostname')).toBe('larch');
  await wizard.button('Show larch').click();
  await expect(window.page).toHaveURL(/#\/host\?name=larch$/);
});
