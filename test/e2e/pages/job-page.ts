import { expect, type Locator, type Page } from '@playwright/test';
import type { JobState, Stage } from '../../../shared/contract/job.ts';

/** A job is as long as its work, which several people may be giving the machine at once. */
const jobLimitMs = 120_000;

/** What is going on, or went on, in one job. */
export class JobPage {
  readonly title: Locator;
  readonly matrix: Locator;
  /** Everything that went wrong, on top of the page. */
  readonly problems: Locator;
  readonly cancel: Locator;
  readonly retryFailed: Locator;
  readonly export: Locator;
  readonly searchLog: Locator;
  readonly copyLog: Locator;
  readonly followLog: Locator;
  readonly #page: Page;
  readonly #main: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.#main = page.getByRole('main');
    this.title = this.#main.getByRole('heading', { level: 1 });
    this.matrix = page.getByRole('table', { name: 'Stages' });
    this.problems = page.getByRole('region', { name: 'What went wrong' });
    this.cancel = this.#main.getByRole('button', { name: 'Cancel' });
    this.retryFailed = this.#main.getByRole('button', { name: 'Retry failed' });
    this.export = this.#main.getByRole('button', { name: 'Export' });
    this.searchLog = page.getByRole('textbox', { name: 'Search the log' });
    this.copyLog = page.getByRole('button', { name: 'Copy the log' });
    this.followLog = page.getByRole('button', { name: 'Follow' });
  }

  /** The word beside the title: `running`, `succeeded`, `partly done` ... */
  state(word: JobState | 'waiting' | 'partly done'): Locator {
    return this.#main.locator('header').getByText(word, { exact: true });
  }

  /** Waits for the job's end. */
  async ends(word: Exclude<JobState, 'queued' | 'running' | 'partial'> | 'partly done'): Promise<void> {
    await expect(this.state(word)).toBeVisible({ timeout: jobLimitMs });
  }

  /** Waits until one host is so far in one stage, in the words of its progress bar. */
  async reaches(host: string, stage: Stage, words: RegExp): Promise<void> {
    await expect(this.stage(host, stage)).toHaveAttribute('aria-valuetext', words, { timeout: jobLimitMs });
  }

  /** How far one host is in one stage. */
  stage(host: string, stage: Stage): Locator {
    return this.#page.getByRole('progressbar', { name: `${host} ${stage}`, exact: true });
  }

  row(host: string): Locator {
    return this.matrix
      .getByRole('row')
      .filter({ has: this.#page.getByRole('button', { name: `Show ${host}`, exact: true }) });
  }

  /** What became of a host: `generation 4`, `nothing to do`, `units failed` ... */
  result(host: string): Locator {
    return this.row(host).getByRole('cell').last();
  }

  problem(host: string): Locator {
    return this.problems.getByRole('article', { name: new RegExp(`^${host}[: ]`) });
  }

  tab(name: 'Log' | 'Builds' | 'Exact commands' | 'Notes'): Locator {
    return this.#page.getByRole('tab', { name });
  }

  /** The commands under their tab. */
  get commands(): Locator {
    return this.#page.getByRole('tabpanel', { name: 'Exact commands' }).getByRole('listitem');
  }

  /** A derivation in the tree under Builds, by the words of its row. */
  build(host: string, words: RegExp): Locator {
    return this.#page.getByRole('tree', { name: `Builds for ${host}` }).getByRole('treeitem', { name: words });
  }

  log(host: string): Locator {
    return this.#page.getByRole('region', { name: `Log of ${host}` });
  }

  /** The job's id, as the page shows it. */
  async id(): Promise<string> {
    return this.#main.locator('header code[data-tooltip*="nixstead jobs show"]').innerText();
  }

  /** The log that is shown, through the clipboard: while the job runs what is there, and whole when it is over. */
  async logText(): Promise<string> {
    await expect(this.#page.getByRole('region', { name: /^Log of / })).toHaveAttribute('aria-busy', 'false');
    await this.copyLog.click();
    return this.#page.evaluate(() => navigator.clipboard.readText());
  }
}
