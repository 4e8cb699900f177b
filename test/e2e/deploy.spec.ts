import { markOn } from './fixtures/home-network.ts';
import { expect, test } from './fixtures/test.ts';

test('one press of Deploy, one more in the plan, and the host itself runs the new system', async ({ home, window }) => {
  const [alpha] = await home.hosts('alpha');
  const fleet = await home.fleet({ alpha: {} });
  const before = { system: await alpha.currentSystem(), generation: await alpha.generation() };
  await window.openFleet(fleet.path);
  await window.deployHost('alpha');

  const { job } = window;
  await expect(job.state('succeeded')).toBeVisible({ timeout: 60_000 });
  for (const stage of ['plan', 'evaluate', 'build', 'copy', 'activate', 'verify'] as const) {
    await expect(job.stage('alpha', stage)).toHaveAttribute('aria-valuetext', /^done/);
  }
  const generation = (before.generation ?? 0) + 1;
  await expect(job.result('alpha')).toHaveText(`generation ${generation}`);

  expect(await markOn(alpha)).toBe(fleet.mark);
  expect(await alpha.generation()).toBe(generation);
  expect(await alpha.currentSystem()).not.toBe(before.system);
});
