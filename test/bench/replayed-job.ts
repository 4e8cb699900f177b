import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { chromium } from '@playwright/test';
import { z } from 'zod';
import { buildPage } from '../../build/page.ts';
import { findBrowser } from '../../build/setup/programs.js';
import { JobFolder, type JobFile } from '../../electron/engine/jobs/job-folder.ts';
import { identify } from '../../electron/engine/jobs/process-identity.ts';
import { commandLine } from '../lab/index.ts';
import { metricsOf } from './page-metrics.ts';

const browserFile = findBrowser();
/** Why no window can be opened; null where one can. */
export const whyNoWindow = browserFile === null ? 'there is no Chromium' : null;

/** For the page: notes when each frame is drawn. */
const countFrames = `
  globalThis.drawn = [];
  requestAnimationFrame(function note(at) {
    globalThis.drawn.push(at);
    requestAnimationFrame(note);
  });`;
const answer = z.object({ url: z.string() });
const timed = z.object({ at: z.number() });
/** Events that a runner writes so close together come as one. */
const stepMs = 15;

/** A job as its folder has it. */
export interface RecordedJob {
  readonly job: JobFile;
  /** Lines of events.jsonl. */
  readonly events: string;
}

export interface Watched {
  readonly seconds: number;
  /** Milliseconds of the page's main thread for each sixtieth of a second: scripts, and styles with layout. */
  readonly scriptMs: number;
  readonly layoutMs: number;
  readonly framesPerSecond: number;
}

/** Writes a job's events as they were written, so many times as fast. */
async function play(folder: JobFolder, events: string, speed: number): Promise<void> {
  const lines = events.split('\n').filter((line) => line !== '');
  const at = (line: string): number => timed.parse(JSON.parse(line)).at;
  const [beganAt, startedAt] = [at(lines[0] ?? '{}'), Date.now()];
  let next = 0;
  while (next < lines.length) {
    const now = beganAt + (Date.now() - startedAt) * speed;
    const from = next;
    while (next < lines.length && at(lines[next] ?? '{}') <= now) next += 1;
    if (next > from) appendFileSync(folder.events, `${lines.slice(from, next).join('\n')}\n`);
    await wait(stepMs);
  }
}

/** Shows a job in the window while it happens again: real engine, real page, and the events of a real run. */
export async function watchAgain({ job, events }: RecordedJob, speed: number): Promise<Watched> {
  await buildPage();
  const home = mkdtempSync(join(tmpdir(), 'nixstead-bench-'));
  // This process stands for the one that started the job, which the engine finds when it starts.
  const folder = new JobFolder(join(home, 'jobs', job.id));
  folder.create({ ...job, queuedBy: identify(process.pid) });
  const engine = spawn(process.execPath, [commandLine, 'serve', '--no-open', '--json'], {
    env: { ...process.env, NIXSTEAD_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(engine, 'exit');
  const browser = await chromium.launch({
    executablePath: browserFile ?? undefined,
    chromiumSandbox: process.getuid?.() !== 0,
    args: ['--disable-gpu'],
  });
  try {
    const [line] = z.tuple([z.string()]).parse(await once(createInterface({ input: engine.stdout }), 'line'));
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    await page.goto(answer.parse(JSON.parse(line)).url);
    await page.getByRole('navigation').first().waitFor();
    await page.evaluate(`location.hash = '#/jobs/${job.id}'`);
    await page.getByRole('main').getByRole('heading', { level: 1, name: job.title }).waitFor();
    await page.evaluate(countFrames);
    const before = await metricsOf(session);
    const beganAt = performance.now();
    await play(folder, events, speed);
    // It has seen all of it.
    await page.getByRole('main').locator('header').getByText('succeeded', { exact: true }).waitFor();
    const seconds = (performance.now() - beganAt) / 1000;
    const after = await metricsOf(session);
    const drawn = z.array(z.number()).parse(await page.evaluate('globalThis.drawn'));
    const took = (name: string): number => (((after.get(name) ?? 0) - (before.get(name) ?? 0)) * 1000) / (seconds * 60);
    return {
      seconds,
      scriptMs: took('ScriptDuration'),
      layoutMs: took('LayoutDuration') + took('RecalcStyleDuration'),
      framesPerSecond: ((drawn.length - 1) * 1000) / ((drawn.at(-1) ?? 0) - (drawn[0] ?? 0)),
    };
  } finally {
    await browser.close();
    engine.kill('SIGTERM');
    await exit;
    rmSync(home, { recursive: true, force: true });
  }
}
