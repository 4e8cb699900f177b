import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { markOn } from './fixtures/home-network.ts';
import { expect, test } from './fixtures/test.ts';
import { byKeyboard } from './pages/hands.ts';

test('five hosts without a mouse: planned, approved and deployed in two waves with the chosen engine; one that shuts us out comes back by itself, and two go back as planned', async ({
  home,
  window,
}) => {
  test.setTimeout(300_000);
  const names = ['alpha', 'beta', 'gamma', 'delta', 'theta'] as const;
  const hosts = await home.hosts(...names);
  const [alpha, beta, gamma, , theta] = hosts;
  const plain = { alpha: {}, beta: {}, gamma: {}, delta: {}, theta: {} };
  const fleet = await home.fleet({ ...plain, theta: { config: 'pocket.breakNetwork = true;' } });
  const systems = (): Promise<(string | null)[]> => Promise.all(hosts.map((host) => host.currentSystem()));
  const before = await systems();
  const generations = [await alpha.generation(), await beta.generation()];
  await using _ = await home.deployer('nixos-rebuild');

  const { page, job, deployDialog } = window;
  const { keyboard } = page;
  const hands = byKeyboard(page);
  await hands.write(window.openPage.path, fleet.path);
  await hands.press(window.openPage.openButton);
  await expect(window.fleet.table).toBeVisible();

  await window.command('waves of');
  const editor = window.dialog(/^Waves of /);
  await hands.press(editor.getByRole('button', { name: 'Add a wave' }));
  const wave = editor.getByRole('listitem', { name: 'Wave 1' });
  await hands.write(wave.getByRole('textbox', { name: 'Name' }), 'first');
  await wave.getByRole('combobox', { name: 'Hosts by' }).focus();
  await keyboard.type('Selection');
  await hands.write(wave.getByRole('textbox', { name: 'Selection' }), 'alpha, beta');
  await hands.press(editor.getByRole('button', { name: 'Show the change' }));
  await expect(editor).toContainText('on = "alpha, beta"');
  await window.expectAccessible();
  await hands.press(editor.getByRole('button', { name: 'Save' }));
  await expect(editor).toHaveCount(0);
  expect(await readFile(join(fleet.path, 'nixstead.toml'), 'utf8')).toBe(
    '[[waves.wave]]\nname = "first"\non = "alpha, beta"\nhealth = true\npause = true\n',
  );

  await keyboard.press('Alt+d');
  const engine = deployDialog.dialog.getByRole('combobox', { name: 'Engine' });
  await expect(engine).toBeEnabled();
  await engine.focus();
  await keyboard.type('nixos-rebuild');
  await expect(engine).toHaveValue('nixos-rebuild');
  await expect(deployDialog.dialog.getByRole('region', { name: 'Waves' })).toContainText('first');
  await window.expectAccessible();
  await hands.tick(deployDialog.goal('Switch'));
  for (let steps = 0; steps < 2; steps++) await keyboard.press('ArrowDown');
  await expect(deployDialog.goal('Test')).toBeChecked();
  await hands.press(deployDialog.dialog.getByRole('button', { name: 'What would change?' }));

  const plan = page.getByRole('region', { name: 'What would change' });
  await job.ends('succeeded');
  await expect(plan.getByRole('status')).toContainText('5 hosts would change');
  expect(await systems()).toEqual(before);
  await hands.press(plan.getByRole('button', { name: /^alpha/ }));
  await expect(plan.getByText('Room on /')).toBeVisible();
  await window.expectAccessible();
  await hands.press(plan.getByRole('button', { name: 'Approve all' }));
  await expect(plan.getByRole('region', { name: 'Waves' })).toContainText('the rest');
  // What was chosen before the plan is offered with it.
  await hands.tick(plan.getByRole('radio', { name: 'Test', checked: true }));
  for (let steps = 0; steps < 2; steps++) await keyboard.press('ArrowLeft');
  await expect(plan.getByRole('radio', { name: 'Switch' })).toBeChecked();
  await hands.tick(plan.getByRole('radio', { name: 'As the fleet says' }));
  await keyboard.press('ArrowRight');
  await hands.write(plan.getByRole('textbox', { name: /^Seconds until/ }), '25');
  await hands.press(plan.getByRole('button', { name: 'Deploy 5 hosts as planned with nixos-rebuild' }));
  await expect(job.title).toHaveText('Switch alpha, beta and 3 more');

  const progress = page.getByRole('region', { name: 'Waves' });
  await expect(progress.getByRole('status')).toHaveText('is through and waits for you', { timeout: 120_000 });
  expect([await markOn(alpha), await markOn(beta)]).toEqual([fleet.mark, fleet.mark]);
  expect((await systems()).slice(2)).toEqual(before.slice(2));
  await window.expectAccessible();
  await hands.press(progress.getByRole('button', { name: 'Go on' }));

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
  await expect(page.getByRole('button', { name: 'Retry failed as planned' })).toBeVisible();
  await hands.tabTo(page.getByRole('tab', { selected: true }));
  for (let steps = 0; steps < 3; steps++) await keyboard.press('ArrowRight');
  await expect(page.getByRole('tab', { name: 'As planned' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('tabpanel')).toContainText('would ');
  await expect(page.getByRole('link', { name: 'as planned' })).toHaveAttribute('href', /^#\/jobs\/\d{8}-/);
  await window.expectAccessible();
  expect(await theta.currentSystem()).toBe(before[4]);
  expect(await markOn(gamma)).toBe(fleet.mark);

  await keyboard.press('Alt+1');
  await hands.tick(window.fleet.checkbox('alpha'));
  await hands.tick(window.fleet.checkbox('beta'));
  await window.command('go back on');
  const back = window.dialog('Go back on 2 hosts');
  await window.expectAccessible();
  await hands.press(back.getByRole('button', { name: 'What would change?' }));
  await job.ends('succeeded');
  await expect(plan.getByRole('status')).toContainText('2 hosts would change');
  await hands.press(plan.getByRole('button', { name: 'Approve all' }));
  await hands.press(plan.getByRole('button', { name: 'Go back on 2 hosts' }));
  await expect(job.title).toHaveText('Go back on alpha, beta');
  await job.ends('succeeded');
  expect([await alpha.generation(), await beta.generation()]).toEqual(generations);
  expect((await systems()).slice(0, 2)).toEqual(before.slice(0, 2));

  await keyboard.press('Alt+1');
  await hands.press(window.fleet.details('alpha'));
  await hands.press(page.getByRole('link', { name: 'Generations and history' }));
  const older = generations[0] ?? 0;
  await hands.tick(page.getByRole('checkbox', { name: `Choose generation ${older + 1}` }));
  await hands.tick(page.getByRole('checkbox', { name: `Choose generation ${older}` }));
  const difference = page.getByRole('region', { name: /^Difference between/ });
  await expect(difference.getByRole('status')).toContainText('new, ');
  const latest = page.getByRole('region', { name: 'What was done here' }).getByRole('listitem').first();
  await expect(latest).toContainText('Go back on alpha, beta');
  await expect(latest).toContainText(new RegExp(`succeeded.*generation ${older}\\b.*by \\w+`, 's'));
});

test('hosts that are off are left out, health is checked, a switch is kept before its time is over, and old generations go, without a mouse', async ({
  home,
  window,
}) => {
  test.setTimeout(300_000);
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
  const hands = byKeyboard(page);
  const first = await home.fleet({ alpha: {}, beta: {}, attic: {} });
  await window.openFleet(first.path);
  await window.fleet.checkbox('alpha').focus();
  await keyboard.press('Space');
  await window.fleet.checkbox('beta').focus();
  await keyboard.press('Space');
  await hands.tick(window.fleet.checkbox('attic'));
  await keyboard.press('Alt+d');
  const { dialog } = window.deployDialog;
  await hands.select(dialog.getByLabel('Restart hosts'), 'Where it is needed');
  await hands.select(dialog.getByLabel('A host that is offline'), 'Leave it out');
  await expect(dialog.getByText('It is left out, and the result says so.')).toBeVisible();
  await window.expectAccessible();
  await tabTo('Deploy');
  await expect(window.deployDialog.deploy).not.toHaveAttribute('aria-disabled');
  await keyboard.press('Enter');
  await expect(job.title).toHaveText('Switch alpha, beta, attic');
  await job.ends('partly done');
  await expect(job.result('attic')).toHaveText('skipped');
  expect([await markOn(alpha), await markOn(beta)]).toEqual([first.mark, first.mark]);

  // It goes on when it is told.
  const slow = 'system.activationScripts.waits = "until [ -e /run/go-on ]; do sleep 0.1; done";';
  const second = await home.fleet({ alpha: { config: slow }, beta: {} });
  await keyboard.press('Alt+o');
  await window.openFleet(second.path);

  await keyboard.press('Alt+8');
  await hands.press(page.getByRole('button', { name: 'Add a check…' }).last());
  const adding = window.dialog('Add a health check');
  await hands.select(adding.getByLabel('What is checked'), 'A port takes connections');
  await hands.write(adding.getByLabel('Port'), '22');
  await hands.press(adding.getByRole('button', { name: 'Try it now' }));
  await expect(adding.getByText('takes connections', { exact: true })).toBeVisible();
  await expect(adding.getByText('{ tcp = 22 },')).toBeVisible();
  await window.expectAccessible();
  await hands.press(adding.getByRole('button', { name: 'Add the check' }));
  await hands.press(page.getByRole('button', { name: 'Try all now' }));
  await expect(page.getByText('All 2 checks passed on 2 hosts')).toBeVisible();
  const safety = join(second.path, 'nixstead.toml');
  const written = '[defaults]\nhealth = [\n  { tcp = 22 },\n]\n';
  expect(await readFile(safety, 'utf8')).toBe(written);
  await hands.press(page.getByRole('button', { name: 'Edit: Port 22 takes connections' }));
  const editing = window.dialog('Edit a health check');
  await hands.select(editing.getByLabel('For', { exact: true }), 'beta');
  await expect(editing.getByText('[hosts.beta]')).toBeVisible();
  await window.expectAccessible();
  await hands.press(editing.getByRole('button', { name: 'Save' }));
  await expect(page.getByRole('region', { name: 'beta' })).toContainText('Port 22 takes connections');
  expect(await readFile(safety, 'utf8')).toBe('[hosts.beta]\nhealth = [\n  { tcp = 22 },\n]\n');
  await keyboard.press('Alt+z');
  await expect(page.getByRole('region', { name: 'Every host' })).toContainText('Port 22 takes connections');
  expect(await readFile(safety, 'utf8')).toBe(written);
  await hands.press(page.getByRole('button', { name: 'Remove: Port 22 takes connections' }));
  await hands.press(window.dialog(/^Remove /).getByRole('button', { name: 'Remove' }));
  await expect(page.getByText('No health checks yet')).toBeVisible();
  await keyboard.press('Alt+z');
  await expect(page.getByText('Port 22 takes connections')).toBeVisible();
  expect(await readFile(safety, 'utf8')).toBe(written);

  await keyboard.press('Alt+d');
  await expect(dialog.getByText('2 health checks will be run')).toBeVisible();
  await tabTo('Deploy');
  await expect(window.deployDialog.deploy).not.toHaveAttribute('aria-disabled');
  await keyboard.press('Enter');
  const limits = page.getByRole('group').filter({ hasText: 'At once' }).first();
  await hands.press(limits.locator('summary'));
  await hands.write(limits.getByRole('spinbutton', { name: 'Copies' }), '1');
  await expect(limits).toContainText('1 copy');
  await expect(page.getByText(/^alpha goes back in \d+ s$/)).toBeVisible({ timeout: 60_000 });
  await keyboard.press('Alt+k');
  await alpha.read('touch', '/run/go-on');
  await job.ends('succeeded');
  expect([await markOn(alpha), await markOn(beta)]).toEqual([second.mark, second.mark]);

  await keyboard.press('Alt+1');
  await hands.tick(window.fleet.checkbox('alpha'));
  await hands.tick(window.fleet.checkbox('beta'));
  await keyboard.press('Control+k');
  await expect(window.dialog('Find a host or action').getByRole('combobox')).toBeFocused();
  await keyboard.type('delete old');
  await keyboard.press('Enter');
  const cleaning = window.dialog('Delete old generations of 2 hosts');
  await hands.write(cleaning.getByLabel('How many stay'), '1');
  await expect(cleaning.getByRole('status')).toContainText('on 2 hosts, which frees', { timeout: 30_000 });
  await window.expectAccessible();
  await hands.press(cleaning.getByRole('button', { name: /^Delete \d+ generations$/ }));
  await expect(job.title).toContainText('of alpha, beta');
  await job.ends('succeeded');
  for (const host of [alpha, beta]) {
    // What runs, and what was booted.
    const { stdout } = await host.exec(['sh', '-c', 'ls /nix/var/nix/profiles | grep -c "^system-"']);
    expect(Number(stdout)).toBeLessThanOrEqual(2);
  }
});
