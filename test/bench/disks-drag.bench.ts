import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Browser, type CDPSession, type Page } from '@playwright/test';
import { z } from 'zod';
import type { Bench, Measurement } from '../../build/bench/bench.ts';
import { buildPage } from '../../build/page.ts';
import { findBrowser } from '../../build/setup/programs.js';
import { formatLayout } from '../../shared/disko/format.ts';
import type { Layout } from '../../shared/disko/layout.ts';
import { commandLine } from '../lab/index.ts';
import { metricsOf } from './page-metrics.ts';

const browserFile = findBrowser();
const DISKS = 24;
const PARTITIONS = 100;
/** Of the pointer in one drag, and how often it is dragged. */
const MOVES = 90;
const ROUNDS = 3;
const FRAME_MS = 1000 / 60;
/** For the page: notes when each frame is drawn. */
const countFrames = `
  globalThis.drawn = [];
  requestAnimationFrame(function note(at) {
    globalThis.drawn.push(at);
    requestAnimationFrame(note);
  });`;
const answer = z.object({ url: z.string() });

/** 24 disks with 100 partitions in all, each with an xfs. */
function largeLayout(): Layout {
  const disks = Array.from({ length: DISKS }, (_, index) => {
    const count = index < PARTITIONS % DISKS ? Math.ceil(PARTITIONS / DISKS) : Math.floor(PARTITIONS / DISKS);
    const partitions = Array.from(
      { length: count },
      (_each, part) =>
        [
          `part${part + 1}`,
          {
            size: part === count - 1 ? '100%' : '50G',
            content: { type: 'filesystem', format: 'xfs', mountpoint: `/data/${index + 1}/${part + 1}` },
          },
        ] as const,
    );
    const content = { type: 'gpt', partitions: Object.fromEntries(partitions) };
    return [`bay${index + 1}`, { type: 'disk', device: `/dev/disk/by-id/ata-BAY_${index + 1}`, content }] as const;
  });
  return { disk: Object.fromEntries(disks) };
}

interface Drag {
  readonly frames: number;
  readonly framesPerSecond: number;
  /**
   * Milliseconds of the page's main thread for each move of the pointer: all of it, and what scripts, styles and layout
   * took. Frames in which nothing moved are not counted, as they would make the mean look better.
   */
  readonly taskMs: number;
  readonly scriptMs: number;
  readonly layoutMs: number;
}

/** Drags the edge of a partition to and fro, as fast as the page takes the pointer's moves. */
async function drag(page: Page, session: CDPSession, name: RegExp): Promise<Drag> {
  const piece = page.getByRole('listbox', { name: 'bay1, drawn to scale' }).getByRole('option', { name });
  await piece.scrollIntoViewIfNeeded();
  const box = await piece.boundingBox();
  if (box === null) throw new Error('The partition is not shown');
  const [x, y] = [box.x + box.width - 3, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.evaluate('globalThis.drawn = []');
  const before = await metricsOf(session);
  for (let move = 1; move <= MOVES; move++) await page.mouse.move(x + 60 * Math.sin(move / 8), y);
  const after = await metricsOf(session);
  const times = z.array(z.number()).parse(await page.evaluate('globalThis.drawn'));
  await page.keyboard.press('Escape');
  await page.mouse.up();
  const frames = times.length;
  const took = (metric: string): number => (((after.get(metric) ?? 0) - (before.get(metric) ?? 0)) * 1000) / MOVES;
  return {
    frames,
    framesPerSecond: ((frames - 1) * 1000) / ((times.at(-1) ?? 0) - (times[0] ?? 0)),
    taskMs: took('TaskDuration'),
    scriptMs: took('ScriptDuration'),
    layoutMs: took('LayoutDuration') + took('RecalcStyleDuration'),
  };
}

async function dragsIn(browser: Browser, url: string): Promise<Drag[]> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  await page.goto(url);
  await page.getByRole('navigation').getByRole('link', { name: 'Disks' }).click();
  await page.getByRole('textbox', { name: 'Nix text of a layout' }).fill(formatLayout(largeLayout()));
  await page.getByRole('button', { name: 'Open the text' }).click();
  await page.getByRole('textbox', { name: 'Nix text', exact: true }).waitFor();
  await page.evaluate(countFrames);
  const drags: Drag[] = [];
  for (let round = 0; round < ROUNDS; round += 1) drags.push(await drag(page, session, /^part2,/));
  await page.close();
  return drags;
}

function measured(drags: readonly Drag[]): Measurement[] {
  // Other programs can only make it slower.
  const work = ({ scriptMs, layoutMs }: Drag): number => scriptMs + layoutMs;
  const best = drags.reduce((a, b) => (work(b) < work(a) ? b : a));
  const words = (milliseconds: number): string => milliseconds.toFixed(1);
  return [
    {
      name: `scripts, styles and layout for each move of a drag among ${PARTITIONS} partitions`,
      value: work(best),
      unit: 'ms',
      atMost: FRAME_MS,
      detail: `scripts ${words(best.scriptMs)} ms, styles and layout ${words(best.layoutMs)} ms, the main thread ${words(best.taskMs)} ms with painting; best of ${ROUNDS} drags`,
    },
    {
      name: 'frames while dragging',
      value: Math.max(...drags.map(({ framesPerSecond }) => framesPerSecond)),
      unit: '/s',
      detail: `${drags.map(({ frames }) => frames).join(', ')} frames, drawn without a graphics card`,
    },
  ];
}

export default {
  name: `the window: dragging in ${DISKS} disks with ${PARTITIONS} partitions`,
  async whyNot() {
    return browserFile === null ? 'there is no Chromium' : null;
  },
  async run() {
    await buildPage();
    const home = mkdtempSync(join(tmpdir(), 'nixstead-bench-'));
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
      return measured(await dragsIn(browser, answer.parse(JSON.parse(line)).url));
    } finally {
      await browser.close();
      engine.kill('SIGTERM');
      await exit;
      rmSync(home, { recursive: true, force: true });
    }
  },
} satisfies Bench;
