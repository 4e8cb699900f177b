import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './fixtures/test.ts';
import { byKeyboard } from './pages/hands.ts';

test('a hundred hosts without a mouse: built together, followed in the matrix, found in the history and compared', async ({
  home,
  window,
}) => {
  test.setTimeout(300_000);
  const names = Array.from({ length: 100 }, (_, index) => `host-${String(index + 1).padStart(3, '0')}`);
  const broken = 'host-057';
  const { path, mark } = await home.fleet((own) => {
    const config = `environment.etc."index".source = pkgs.runCommand "index" { } "echo no luck with ${own}; exit 1";`;
    return Object.fromEntries(names.map((name) => [name, name === broken ? { config } : {}]));
  });
  const { page, fleet, job, jobs, deployDialog } = window;
  const { keyboard } = page;
  const hands = byKeyboard(page);
  const title = 'Build host-001, host-002 and 98 more';
  const buildAll = async (): Promise<void> => {
    await keyboard.press('Alt+d');
    await expect(window.dialog('Deploy 100 hosts')).toBeVisible();
    await hands.tick(deployDialog.goal('Switch'));
    // The last of the goals, round the top.
    await keyboard.press('ArrowUp');
    await expect(deployDialog.goal('Build')).toBeChecked();
    await hands.press(deployDialog.deploy);
    await expect(job.title).toHaveText(title);
  };
  await window.openFleet(path);
  await expect(fleet.table).toHaveAttribute('aria-rowcount', '101');
  await hands.tick(page.getByRole('checkbox', { name: 'Select all' }));
  await expect(page.getByRole('region', { name: 'Selected hosts' })).toContainText('100 selected');
  await buildAll();

  // One build fails, and the others are not held up.
  await expect(job.matrix).toHaveAttribute('aria-rowcount', '101');
  await job.ends('partly done');
  await expect(job.problem(broken)).toContainText(`no luck with ${mark}`);
  await window.expectAccessible();
  const first = await job.id();

  // Tab leads to the host that failed, and the arrow keys to all others, drawn already or not.
  const show = (host: string) => page.getByRole('button', { name: `Show ${host}`, exact: true });
  await hands.press(show(broken));
  await keyboard.press('ArrowDown');
  await expect(show('host-058')).toBeFocused();
  await keyboard.press('End');
  await expect(show('host-100')).toBeFocused();
  await expect(show('host-100')).toBeInViewport();
  await keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Details of host-100' })).toBeVisible();
  await keyboard.press('Home');
  await expect(show('host-001')).toBeFocused();
  await expect(show('host-001')).toBeInViewport();
  await hands.tick(page.getByRole('radio', { name: 'All 100' }));
  await keyboard.press('ArrowRight');
  await expect(page.getByRole('radio', { name: 'Failed 1' })).toBeChecked();
  await expect(job.matrix).toHaveAttribute('aria-rowcount', '2');
  await expect(job.result(broken)).toHaveText('failed');
  await keyboard.press('ArrowRight');
  await expect(page.getByRole('radio', { name: 'Done 99' })).toBeChecked();
  await expect(job.matrix).toHaveAttribute('aria-rowcount', '100');
  await page.getByRole('button', { name: 'Copy summary of this job' }).press('Enter');
  const summary = (): Promise<string> => page.evaluate(() => navigator.clipboard.readText());
  await expect.poll(summary).toContain('host-100');
  expect((await summary()).match(/^ {2}host-\d+ +(?:succeeded|failed)\b/gm)).toHaveLength(100);

  const file = join(path, `hosts/${broken}/default.nix`);
  await writeFile(file, (await readFile(file, 'utf8')).replace('; exit 1', ' > $out'));
  await keyboard.press('Alt+1');
  await buildAll();
  await job.ends('succeeded');
  await expect(job.matrix).toHaveAttribute('aria-rowcount', '101');
  const second = await job.id();

  await hands.press(page.getByRole('button', { name: 'Compare' }));
  const compared = page.getByRole('main').getByRole('rowheader');
  await expect(compared).toHaveCount(100);
  await hands.tick(page.getByRole('radio', { name: 'All 100' }));
  await keyboard.press('ArrowRight');
  await expect(page.getByRole('radio', { name: 'Another result 1' })).toBeChecked();
  await expect(compared).toHaveText([broken]);
  const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: broken }) });
  await expect(row).toContainText('failed');
  await expect(row).toContainText('succeeded');
  await window.expectAccessible();

  await keyboard.press('Alt+2');
  await expect(jobs.row(title)).toHaveCount(2);
  await hands.write(jobs.filter, broken);
  await expect(jobs.row(title)).toHaveCount(2);
  await window.expectAccessible();
  await hands.press(jobs.export);
  await expect(jobs.withLogs).not.toBeChecked();
  const saved = page.waitForEvent('download');
  await hands.press(jobs.confirmExport);
  const lines = (await readFile(await (await saved).path(), 'utf8')).trimEnd().split('\n');
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line.match(/"host-\d+":\{"state"/g)).toHaveLength(100);
  await hands.press(page.getByRole('link', { name: title }).first());
  await expect(job.state('succeeded')).toBeVisible();
  expect(await job.id()).toBe(second);
  await keyboard.press('Alt+2');
  await expect(jobs.row(title)).toHaveCount(2);
  await hands.tabTo(page.getByRole('link', { name: title }).first());
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await expect(job.state('partly done')).toBeVisible();
  expect(await job.id()).toBe(first);

  await window.command(broken);
  await hands.press(fleet.details(broken));
  await hands.press(page.getByRole('link', { name: 'Generations and history' }));
  const timeline = page.getByRole('region', { name: 'What was done here' });
  await expect(timeline.getByRole('listitem')).toHaveText([/succeeded/, /failed/]);
});
