import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from '@playwright/test';
import type { Browser } from '@playwright/test';
import { z } from 'zod';
import type { Bench } from '../../build/bench/bench.ts';
import { buildPage } from '../../build/page.ts';
import { findBrowser } from '../../build/setup/programs.js';
import { commandLine } from '../lab/index.ts';

const browserFile = findBrowser();
const rounds = 5;
const answer = z.object({ url: z.string() });

/** One start of `serve` with an empty data folder, until its page can be used; then how much memory the idle engine has. */
async function startOnce(browser: Browser): Promise<{ seconds: number; idleMb: number }> {
  const home = mkdtempSync(join(tmpdir(), 'nixstead-bench-'));
  const page = await browser.newPage();
  const startedAt = performance.now();
  const engine = spawn(process.execPath, [commandLine, 'serve', '--no-open', '--json'], {
    env: { ...process.env, NIXSTEAD_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(engine, 'exit');
  try {
    const lines = createInterface({ input: engine.stdout });
    const [line] = z.tuple([z.string()]).parse(await once(lines, 'line'));
    await page.goto(answer.parse(JSON.parse(line)).url);
    await page.getByRole('textbox', { name: 'Path of the flake' }).fill('/');
    const seconds = (performance.now() - startedAt) / 1000;
    // Idle: what the first page asked for is answered.
    await page.getByText('Nix', { exact: false }).first().waitFor();
    await page.waitForLoadState('networkidle');
    const status = readFileSync(`/proc/${engine.pid}/status`, 'utf8');
    return { seconds, idleMb: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024 };
  } finally {
    await page.close();
    engine.kill('SIGTERM');
    await exit;
    rmSync(home, { recursive: true, force: true });
  }
}

export default {
  name: 'from `serve` to a usable page, and what the engine takes when idle',
  async whyNot() {
    if (process.platform !== 'linux') return 'memory is read from /proc';
    return browserFile === null ? 'there is no Chromium' : null;
  },
  async run() {
    await buildPage();
    const browser = await chromium.launch({
      executablePath: browserFile ?? undefined,
      chromiumSandbox: process.getuid?.() !== 0,
    });
    const starts: { seconds: number; idleMb: number }[] = [];
    try {
      for (let round = 0; round < rounds; round += 1) starts.push(await startOnce(browser));
    } finally {
      await browser.close();
    }
    const times = starts.map(({ seconds }) => seconds).toSorted((a, b) => a - b);
    const median = times[Math.floor(times.length / 2)] ?? NaN;
    return [
      {
        name: 'from `serve` to a usable page',
        value: median,
        unit: 's',
        atMost: 1.5,
        detail: `median of ${rounds} starts, ${times[0]?.toFixed(2)} to ${times.at(-1)?.toFixed(2)} s`,
      },
      {
        name: 'memory of the idle engine',
        value: Math.max(...starts.map(({ idleMb }) => idleMb)),
        unit: 'MB',
        atMost: 150,
        detail: 'with a page open',
      },
    ];
  },
} satisfies Bench;
