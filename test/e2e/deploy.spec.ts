import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { markOn, payload, slowBuild } from './fixtures/home-network.ts';
import { recordProgress } from './fixtures/progress-record.ts';
import { expect, test } from './fixtures/test.ts';

test(
  'one press of Deploy, one more in the plan, and the host itself runs the new system',
  {
    tag: '@desktop',
  },
  async ({ home, window }) => {
    const [alpha] = await home.hosts('alpha');
    const fleet = await home.fleet({ alpha: {} });
    const before = { system: await alpha.currentSystem(), generation: await alpha.generation() };
    await window.openFleet(fleet.path);
    await expect(window.fleet.cell('alpha', 'generation')).toHaveText(String(before.generation));
    await window.deployHost('alpha');

    const { job } = window;
    await job.ends('succeeded');
    for (const stage of ['plan', 'evaluate', 'build', 'copy', 'activate', 'confirm', 'verify'] as const) {
      await expect(job.stage('alpha', stage)).toHaveAttribute('aria-valuetext', /^done/);
    }
    const generation = (before.generation ?? 0) + 1;
    await expect(job.result('alpha')).toHaveText(new RegExp(`gen\\S* ${generation}$`));

    expect(await markOn(alpha)).toBe(fleet.mark);
    expect(await alpha.generation()).toBe(generation);
    expect(await alpha.currentSystem()).not.toBe(before.system);

    await window.goTo('Fleet');
    await expect(window.fleet.cell('alpha', 'generation')).toHaveText(String(generation));
    await expect(window.fleet.cell('alpha', 'last deploy')).toContainText(/just now|\d+ s ago/);
  },
);

test('the plan shows the exact commands, and those are what is run', async ({ home, window }) => {
  await home.hosts('alpha');
  const fleet = await home.fleet({ alpha: {} });
  await window.openFleet(fleet.path);
  await window.fleet.deployButton('alpha').click();
  const { deployDialog, job } = window;
  await expect(deployDialog.dialog).toContainText('Nothing is touched before you press Deploy');
  await deployDialog.showCommands();
  const copies = deployDialog.commands.filter({ hasText: 'nix' }).filter({ hasText: 'copy --log-format' });
  await expect(copies).toHaveCount(1);
  await window.expectAccessible();
  const planned = await deployDialog.commands.locator('code').allInnerTexts();
  expect(planned.join('\n')).toContain('switch-to-configuration switch');

  await deployDialog.confirm();
  await job.ends('succeeded');
  await job.tab('Exact commands').click();
  const ran = await job.commands.locator('code').allInnerTexts();
  // What only evaluation tells stands in the plan as <system>.
  const [, system = ''] =
    /(\/nix\/store\/[^/ ]+-nixos-system-alpha[^/ ]*)\/bin\/switch-to-configuration/.exec(ran.join('\n')) ?? [];
  expect(system).toMatch(/^\/nix\/store\//);
  for (const command of planned.filter((text) => text.includes('<system>'))) {
    expect(ran).toContain(command.replaceAll('<system>', system));
  }
});

test('an engine that is not here is told before anything is done, and our own is one press away', async ({
  home,
  window,
}) => {
  await home.hosts('alpha');
  const fleet = await home.fleet({ alpha: {} });
  await writeFile(join(fleet.path, 'nixstead.toml'), 'engine = "deploy-rs"\n');
  await window.openFleet(fleet.path);
  await window.fleet.deployButton('alpha').click();
  const { dialog, deploy } = window.deployDialog;
  const refused = dialog.getByRole('article', { name: 'deploy-rs is not here' });
  await expect(refused).toContainText('engine nix');
  await expect(deploy).toHaveAttribute('aria-disabled', 'true');
  await window.expectAccessible();
  await refused.getByRole('button', { name: 'Use Nixstead’s own engine' }).click();
  await expect(dialog.getByRole('combobox', { name: 'Engine' })).toHaveValue('nix');
  await expect(refused).toHaveCount(0);
  await expect(deploy).not.toHaveAttribute('aria-disabled');
});

test('the matrix tells how far a build and a copy are while they run', async ({ home, window }) => {
  const [alpha] = await home.hosts('alpha');
  await alpha.link({ kbitPerSecond: 20_000 });
  try {
    const fleet = await home.fleet((mark) => ({ alpha: { config: `${slowBuild(mark, 2)}\n${payload(mark, 6)}` } }));
    await window.openFleet(fleet.path);
    const record = await recordProgress(window.page);
    await window.deployHost('alpha');
    const { job } = window;
    await job.ends('succeeded');

    const builds = await record.of('alpha build');
    const counts = builds.filter((text) => /^\d+ of \d+/.test(text)).map((text) => parseInt(text));
    // The slow derivation runs for two seconds with others done before it; the quick ones may pass between two looks.
    const total = Math.max(...builds.map((text) => Number(/^\d+ of (\d+)/.exec(text)?.[1] ?? 0)));
    expect(
      counts.some((count) => count > 0 && count < total),
      builds.join('\n'),
    ).toBe(true);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));

    const copies = await record.of('alpha copy');
    const withSpeed = copies.filter((text) => /^[\d.]+ of [\d.]+ MiB · [\d.]+ [MK]iB\/s/.test(text));
    expect(withSpeed.length, copies.join('\n')).toBeGreaterThan(2);
    const amounts = withSpeed.map((text) => parseFloat(text));
    expect(amounts).toEqual(amounts.toSorted((a, b) => a - b));
    expect(copies.at(-1)).toMatch(/^done, \d+ paths, /);

    await job.tab('Builds').click();
    await job.build('alpha', /^nixos-system-alpha/).click();
    await job.build('alpha', /^etc/).click();
    await expect(job.build('alpha', /^transcoder(, build)? done/)).toBeVisible();
    await window.expectAccessible();
  } finally {
    await alpha.link('up');
  }
});

test('ticked hosts are deployed together; the others stay as they are', async ({ home, window }) => {
  const [alpha, beta, gamma] = await home.hosts('alpha', 'beta', 'gamma');
  const fleet = await home.fleet({ alpha: {}, beta: {}, gamma: {} });
  const untouched = await gamma.currentSystem();
  await window.openFleet(fleet.path);
  await window.fleet.checkbox('alpha').check();
  await window.fleet.checkbox('beta').check();
  await expect(window.page.getByRole('region', { name: 'Selected hosts' })).toContainText('2 selected');
  await window.expectAccessible();
  await window.fleet.deploySelected.click();
  await window.deployDialog.confirm();

  const { job } = window;
  await job.ends('succeeded');
  await expect(job.result('alpha')).toHaveText(/gen\S* \d+$/);
  await expect(job.result('beta')).toHaveText(/gen\S* \d+$/);
  await expect(job.row('gamma')).toHaveCount(0);
  expect(await markOn(alpha)).toBe(fleet.mark);
  expect(await markOn(beta)).toBe(fleet.mark);
  expect(await gamma.currentSystem()).toBe(untouched);
});

test('a host that runs its system already is left alone, and the job says that there was nothing to do', async ({
  home,
  window,
}) => {
  const [alpha] = await home.hosts('alpha');
  const fleet = await home.fleet({ alpha: {} });
  await window.openFleet(fleet.path);
  await window.deployHost('alpha');
  const { job } = window;
  await job.ends('succeeded');
  const generation = await alpha.generation();
  const first = await job.id();

  await window.goTo('Fleet');
  await window.fleet.deployButton('alpha').click();
  await window.deployDialog.confirm();
  await expect(job.result('alpha')).toHaveText('nothing to do', { timeout: 60_000 });
  await job.ends('succeeded');
  expect(await job.id()).not.toBe(first);
  expect(await alpha.generation()).toBe(generation);
});

test('a job that is cancelled in mid-copy leaves the host as it was, and can be tried again', async ({
  home,
  window,
}) => {
  const [alpha] = await home.hosts('alpha');
  const before = await alpha.currentSystem();
  const { job } = window;
  await alpha.link({ kbitPerSecond: 2000 });
  try {
    const fleet = await home.fleet((mark) => ({ alpha: { config: payload(mark, 8) } }));
    await window.openFleet(fleet.path);
    await window.deployHost('alpha');
    await job.reaches('alpha', 'copy', /^[\d.]+ of [\d.]+ MiB/);
    await job.cancel.click();
    await job.ends('cancelled');
    await expect(job.result('alpha')).toHaveText('cancelled');
    await expect(job.problem('alpha')).toContainText('Nothing was changed on alpha');
    expect(await alpha.currentSystem()).toBe(before);
    await window.expectAccessible();

    await alpha.link('up');
    const cancelled = await job.id();
    await job.retryFailed.click();
    await job.ends('succeeded');
    expect(await job.id()).not.toBe(cancelled);
    expect(await markOn(alpha)).toBe(fleet.mark);
  } finally {
    await alpha.link('up');
  }
});
