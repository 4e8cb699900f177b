import { markOn } from './fixtures/home-network.ts';
import { expect, test } from './fixtures/test.ts';

test('the first contact shows the host’s fingerprint; once it is trusted nobody is asked again', async ({
  home,
  window,
}) => {
  const zeta = await home.strangeHost('zeta');
  const fleet = await home.fleet({ zeta: {} });
  const { fingerprint } = await zeta.hostKey();
  await window.openFleet(fleet.path);
  await window.deployHost('zeta');

  const question = window.dialog('Is this zeta?');
  await expect(question).toContainText(fingerprint);
  await window.expectAccessible();
  await question.getByRole('button', { name: 'Trust this key' }).click();
  await window.job.ends('succeeded');
  expect(await markOn(zeta)).toBe(fleet.mark);

  await window.goTo('Fleet');
  await expect(window.fleet.cell('zeta', 'state')).toHaveText(/online/);
  await window.fleet.deployButton('zeta').click();
  await window.deployDialog.confirm();
  await expect(window.job.result('zeta')).toHaveText('nothing to do', { timeout: 60_000 });
});

test('a key that is not trusted ends the deploy, and nothing was sent', async ({ home, window }) => {
  const zeta = await home.strangeHost('zeta');
  const before = await zeta.currentSystem();
  const fleet = await home.fleet({ zeta: {} });
  await window.openFleet(fleet.path);
  await window.deployHost('zeta');
  await window.dialog('Is this zeta?').getByRole('button', { name: 'Do not trust it' }).click();
  await window.job.ends('failed');
  await expect(window.job.problem('zeta')).toContainText(/host key/);
  expect(await zeta.currentSystem()).toBe(before);
});

test('a question can wait: the job says that it waits, and goes on when it is answered', async ({ home, window }) => {
  const zeta = await home.strangeHost('zeta');
  const fleet = await home.fleet({ zeta: {} });
  await window.openFleet(fleet.path);
  await window.deployHost('zeta');
  await expect(window.dialog('Is this zeta?')).toBeVisible();
  await window.page.keyboard.press('Escape');
  await expect(window.dialog('Is this zeta?')).toHaveCount(0);
  await expect(window.page.getByRole('main')).toContainText('This job waits for your answer about zeta');
  await expect(window.jobDrawer).toContainText('waits for your answer');
  await window.expectAccessible();
  await window.page.getByRole('button', { name: 'Answer' }).click();
  await window.dialog('Is this zeta?').getByRole('button', { name: 'Trust this key' }).click();
  await window.job.ends('succeeded');
  expect(await markOn(zeta)).toBe(fleet.mark);
});

test('a password is typed into the window, again where it was wrong, and is written down nowhere', async ({
  home,
  window,
  nixstead,
}) => {
  const [eta] = await home.hosts('eta');
  await eta.read('rm', '-f', '/etc/ssh/lab_keys.d/root');
  const password = 'correct horse battery';
  await eta.setPassword('root', password);
  const fleet = await home.fleet({ eta: {} });
  await window.openFleet(fleet.path);
  await expect(window.fleet.cell('eta', 'state')).toHaveText(/login refused/);
  await window.deployHost('eta');

  const { keyboard } = window.page;
  const question = window.dialog('Password for eta');
  await expect(question.getByLabel('Password')).toBeFocused();
  await window.expectAccessible();
  await keyboard.type('wrong');
  await keyboard.press('Enter');
  await expect(question).toContainText('The last answer was not right');
  await expect(question.getByLabel('Password')).toBeFocused();
  await keyboard.type(password);
  await keyboard.press('Enter');
  await window.job.ends('succeeded');
  expect(await markOn(eta)).toBe(fleet.mark);

  const { exitCode } = await home.lab.controller.exec(['grep', '-rqF', password, nixstead.dataFolder]);
  expect(exitCode, 'grep finds nothing').toBe(1);
});
