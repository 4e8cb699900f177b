import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures/test.ts';

/** What a press saves, as the objects of its lines. */
async function saved(page: Page, press: () => Promise<void>): Promise<{ name: string; records: unknown[] }> {
  const [download] = await Promise.all([page.waitForEvent('download'), press()]);
  const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\n');
  return { name: download.suggestedFilename(), records: lines.map((line): unknown => JSON.parse(line)) };
}

const logsIn = (records: readonly unknown[]): unknown[] =>
  records.filter((record) => typeof record === 'object' && record !== null && 'type' in record);

test(
  'a job is exported with its logs, and the history with or without, by keyboard alone',
  { tag: '@desktop' },
  async ({ home, window, door }) => {
    test.skip(door === 'electron', 'Electron asks in a dialog of the desktop where a file is to be saved');
    await home.hosts('alpha');
    const fleet = await home.fleet({ alpha: {} });
    await window.openFleet(fleet.path);
    await window.deployHost('alpha');
    const { job, jobs, page } = window;
    await job.ends('succeeded');
    const id = await job.id();
    const { keyboard } = page;

    const dialog = window.dialog('Export 1 job');
    const { withLogs } = jobs;
    await job.export.press('Enter');
    await expect(withLogs).toBeFocused();
    await expect(withLogs).toBeChecked();
    await window.expectAccessible();
    await keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(job.export).toBeFocused();

    await job.export.press('Enter');
    await expect(withLogs).toBeFocused();
    const one = await saved(page, () => keyboard.press('Enter'));
    expect(one.name).toBe(`nixstead-job-${id}.jsonl`);
    expect(one.records[0]).toMatchObject({ version: 1, summary: { id, state: 'succeeded', hosts: ['alpha'] } });
    const log = { version: 1, type: 'log', job: id, host: 'alpha' };
    expect(one.records).toContainEqual({
      ...log,
      line: expect.any(Number),
      text: expect.stringContaining('activating the configuration'),
    });
    expect(logsIn(one.records)).toEqual(one.records.slice(1));
    await expect(dialog).toBeHidden();

    await window.goTo('Fleet');
    await window.deployHost('alpha');
    await job.ends('succeeded');
    await keyboard.press('Alt+2');
    await jobs.export.press('Enter');
    await expect(withLogs).toBeFocused();
    await expect(withLogs).not.toBeChecked();
    const history = await saved(page, () => keyboard.press('Enter'));
    expect(history.name).toBe('nixstead-jobs.jsonl');
    expect(history.records).toContainEqual(one.records[0]);
    expect(logsIn(history.records)).toEqual([]);

    await jobs.export.press('Enter');
    await expect(withLogs).toBeFocused();
    await keyboard.press('Space');
    const whole = await saved(page, () => keyboard.press('Enter'));
    expect(whole.records).toEqual(expect.arrayContaining([...history.records, ...one.records]));
  },
);
