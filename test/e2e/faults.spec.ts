import { markOn } from './fixtures/home-network.ts';
import { expect, test } from './fixtures/test.ts';

test('a host that throws at evaluation is named with file and line, and the others are deployed', async ({
  home,
  window,
}) => {
  const [alpha, beta] = await home.hosts('alpha', 'beta');
  const before = await beta.currentSystem();
  const config = 'environment.etc."disk".text = throw "nobody decided which disk beta boots from";';
  const fleet = await home.fleet({ alpha: {}, beta: { config } });
  await window.openFleet(fleet.path);
  await window.fleet.checkbox('alpha').check();
  await window.fleet.checkbox('beta').check();
  await window.fleet.deploySelected.click();
  await window.deployDialog.confirm();

  const { job } = window;
  await job.ends('partly done');
  await expect(job.problem('beta')).toContainText('nobody decided which disk beta boots from');
  await expect(job.problem('beta')).toContainText(/hosts\/beta\/default\.nix:\d+:\d+/);
  await expect(job.result('beta')).toHaveText('failed');
  await expect(job.result('alpha')).toHaveText(/gen\S* \d+$/);
  await window.expectAccessible();
  expect(await markOn(alpha)).toBe(fleet.mark);
  expect(await beta.currentSystem()).toBe(before);
});

test('a unit that fails is named: the host was switched all the same, and says so on the fleet page too', async ({
  home,
  window,
}) => {
  // A host of its own: its system would be what others go back to.
  const [zeta] = await home.hosts('zeta');
  const fleet = await home.fleet((mark) => ({
    zeta: { config: `pocket.units.media-scan = "${mark}";\npocket.failUnits = [ "media-scan" ];` },
  }));
  await window.openFleet(fleet.path);
  await window.deployHost('zeta');

  const { job } = window;
  await job.ends('partly done');
  await expect(job.result('zeta')).toHaveText('units failed');
  await expect(job.problem('zeta')).toContainText('zeta was switched, and a unit failed: media-scan.service');
  await window.expectAccessible();
  expect(await markOn(zeta)).toBe(fleet.mark);
  expect(await zeta.read('systemctl', 'is-failed', 'media-scan')).toBe('failed');

  await window.goTo('Fleet');
  await expect(window.fleet.cell('zeta', 'state')).toHaveText(/1 unit failed/);
});

test('a host that cannot be reached fails with its address, and is tried again when it is there', async ({
  home,
  window,
}) => {
  const [delta] = await home.hosts('delta');
  const fleet = await home.fleet({ delta: {} });
  await delta.link('down');
  try {
    await window.openFleet(fleet.path);
    await expect(window.fleet.cell('delta', 'state')).toHaveText(/offline/);
    await window.deployHost('delta');
    const { job } = window;
    await job.ends('failed');
    await expect(job.problem('delta')).toContainText(/cannot be reached|does not answer/);
    await expect(job.problem('delta')).toContainText(delta.address);
    await window.expectAccessible();

    await delta.link('up');
    await job.retryFailed.click();
    await job.ends('succeeded');
    expect(await markOn(delta)).toBe(fleet.mark);
  } finally {
    await delta.link('up');
  }
});

test('a host that shows another key than before is not deployed; both keys stand side by side', async ({
  home,
  window,
}) => {
  const [epsilon] = await home.hosts('epsilon');
  const fleet = await home.fleet({ epsilon: {} });
  const before = await epsilon.hostKey();
  const system = await epsilon.currentSystem();
  await home.trust(epsilon);
  const now = await epsilon.regenerateHostKey();
  await window.openFleet(fleet.path);
  await expect(window.fleet.cell('epsilon', 'state')).toHaveText(/host key changed/);
  await window.deployHost('epsilon');
  const { job } = window;
  await job.ends('failed');
  await expect(job.problem('epsilon')).toContainText('shows another host key than before');
  await expect(job.problem('epsilon')).toContainText(before.fingerprint);
  await expect(job.problem('epsilon')).toContainText(now.fingerprint);
  await window.expectAccessible();
  expect(await epsilon.currentSystem()).toBe(system);
});

test('a build that fails shows the compiler’s words, not the last line of nix', async ({ home, window }) => {
  await home.hosts('alpha');
  const fleet = await home.fleet({ alpha: { config: 'environment.systemPackages = [ pkgs.failing ];' } });
  await window.openFleet(fleet.path);
  await window.deployHost('alpha');
  const { job } = window;
  await job.ends('failed');
  await expect(job.problem('alpha')).toContainText("'colour' undeclared");
  await expect(job.stage('alpha', 'build')).toHaveAttribute('aria-valuetext', /^failed/);
  await expect(job.stage('alpha', 'copy')).toHaveAttribute('aria-valuetext', /^skipped/);
});
