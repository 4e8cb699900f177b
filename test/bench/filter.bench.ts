import { join } from 'node:path';
import { chromium } from '@playwright/test';
import type { Page } from '@playwright/test';
import { build, preview } from 'vite';
import { z } from 'zod';
import type { Bench, Measurement } from '../../build/bench/bench.ts';
import { findBrowser } from '../../build/setup/programs.js';
import { projectRoot } from '../lab/index.ts';

const browserFile = findBrowser();
const configFile = join(projectRoot, 'test/renderer-preview/vite.config.ts');
const typed = ['web-7', '@web & !web-1*', 'state:reachable, db-*'];

/**
 * In the page: notes for each key that types (emptying the field is a Delete) the time from its event until the frame
 * that follows it has been drawn.
 */
const watchKeys = `
  window.keyTimes = [];
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Shift' || event.key === 'Delete') return;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => window.keyTimes.push(performance.now() - event.timeStamp);
      channel.port2.postMessage(null);
    });
  }, { capture: true });
`;
const nextFrames = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))';

/** What the page says of how many hosts fit, and the first of them. */
async function hostsShown(page: Page): Promise<string> {
  const count = await page
    .getByText(/\d hosts? of 1\D?000/)
    .first()
    .textContent();
  const first = page.getByRole('button', { name: /^Details of / }).first();
  return `${count?.trim()}, ${await first.getAttribute('aria-label')}`;
}

/** Types texts key by key, as a person who waits for each to be through. @returns the milliseconds of each key */
async function keystrokes(page: Page, texts: readonly string[]): Promise<number[]> {
  const filter = page.getByRole('textbox', { name: 'Filter hosts' });
  await page.evaluate(watchKeys);
  for (const text of texts) {
    await filter.fill('');
    await filter.focus();
    for (const key of text) {
      await page.keyboard.press(key === ' ' ? 'Space' : key);
      await page.evaluate(nextFrames);
    }
    // Nothing may come later than what was measured.
    const shown = await hostsShown(page);
    await page.waitForTimeout(500);
    const settled = await hostsShown(page);
    if (shown !== settled) throw new Error(`after “${text}” the page was not through: ${shown}, then ${settled}`);
  }
  return z.array(z.number()).parse(await page.evaluate('window.keyTimes'));
}

export default {
  name: 'filtering 1,000 hosts in the table',
  whyNot: () => Promise.resolve(browserFile === null ? 'there is no Chromium' : null),
  async run(): Promise<Measurement[]> {
    await build({ configFile, logLevel: 'error' });
    const server = await preview({ configFile, preview: { port: 0, host: '127.0.0.1' }, logLevel: 'error' });
    const browser = await chromium.launch({
      executablePath: browserFile ?? undefined,
      chromiumSandbox: process.getuid?.() !== 0,
    });
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      const address = server.resolvedUrls?.local[0];
      if (address === undefined) throw new Error('The preview has no address');
      await page.goto(`${address}?scenario=many`);
      await page.getByText('1000 hosts', { exact: false }).first().waitFor();
      const times = await keystrokes(page, typed);
      const expected = typed.join('').length;
      if (times.length !== expected) throw new Error(`${times.length} of ${expected} keys were seen`);
      const sorted = times.toSorted((a, b) => a - b);
      return [
        {
          name: 'a keystroke in the filter of 1,000 hosts, until its hosts are drawn',
          value: sorted.at(-1) ?? NaN,
          unit: 'ms',
          atMost: 100,
          detail: `the worst of ${times.length}, the median ${Math.round(sorted[Math.floor(times.length / 2)] ?? NaN)} ms`,
        },
      ];
    } finally {
      await browser.close();
      await server.close();
    }
  },
} satisfies Bench;
