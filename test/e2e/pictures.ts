/**
 * `npm run pictures [-- FOLDER]`: takes the README's pictures of the real app, with the lab's hosts behind it: a fleet
 * of which one host is being deployed, and a deploy in which one host fails while others go on. Light and dark.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { chromium, expect, type Page } from '@playwright/test';
import { buildPage } from '../../build/page.ts';
import { chromiumArguments, chromiumExecutable } from '../lab/electron-stand-in/chromium.ts';
import { labAvailability, projectRoot } from '../lab/index.ts';
import { HomeNetwork, payload, type FleetHost } from './fixtures/home-network.ts';
import { ServedApp } from './fixtures/served-app.ts';
import { smallPng } from './fixtures/small-png.ts';
import { WatchedPage } from './fixtures/watched-page.ts';
import { AppWindow } from './pages/app-window.ts';

const folder = resolve(process.argv[2] ?? join(projectRoot, 'docs', 'pictures'));

const machines: Readonly<Record<string, FleetHost>> = {
  gateway: { tags: ['network', 'always-on'] },
  nas: { tags: ['storage', 'always-on'] },
  media: { tags: ['apps'] },
  db: { tags: ['apps', 'db'] },
  monitor: { tags: ['infra'], config: 'pocket.failUnits = [ "alertmanager" ];\nservices.alertmanager.enable = true;' },
  kube01: { tags: ['kube'] },
  kube02: { tags: ['kube'] },
  cabin: { tags: ['off-site'] },
};
/** Everything but the cabin, where nobody answers. */
const reachable = Object.keys(machines).filter((name) => name !== 'cabin');

const text = (name: string, content: string): string => `environment.etc."${name}".text = "${content}";`;

/** Quick parts first, then a program that takes so many seconds, so that a build is seen in its middle. */
function program(name: string, parts: readonly string[], seconds: number): string {
  const needed = parts.map((part) => `\${pkgs.runCommand "${part}" { } "echo ${part} > $out"}`).join(' ');
  const script = [
    `cat ${needed} > parts`,
    `for part in $(seq ${seconds}); do echo "[$part/${seconds}] CC src/part$part.c"; sleep 1; done`,
    'mv parts $out',
  ];
  return `environment.etc."${name}".source = pkgs.runCommand "${name}" { } ''\n${script.join('\n')}\n'';`;
}

const brokenProgram = `environment.etc."blog".source = pkgs.runCommand "blog-2.3.1" { } ''
echo "unpacking source"
echo "src/theme.c:42:13: error: 'colour' undeclared (first use in this function)"
echo "make: *** [Makefile:7: theme.o] Error 1"
exit 2
'';`;

const availability = await labAvailability();
if (!availability.available || chromiumExecutable === null) {
  console.error(`no pictures: ${availability.available ? 'Chromium is missing' : availability.reason}`);
  process.exit(1);
}
await buildPage();
await using home = await HomeNetwork.start();
await home.hosts(...reachable);
const fleet = await home.fleet(machines);
const app = await ServedApp.start(home.lab, { home: join(home.lab.folder, 'state', 'pictures') });
const browser = await chromium.launch({ executablePath: chromiumExecutable, args: [...chromiumArguments] });
const page = await browser.newPage({
  viewport: { width: 1280, height: 800 },
  reducedMotion: 'reduce',
  permissions: ['clipboard-read', 'clipboard-write'],
});
const watched = new WatchedPage(page);
const window = new AppWindow(watched, app.url);
const { job } = window;

/** Adds Nix text to hosts and commits it, as their owner would, then has the app read the fleet again. */
async function change(changes: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, config] of Object.entries(changes)) {
    const file = join(fleet.path, 'hosts', name, 'default.nix');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/\}\s*$/, `${config}\n}\n`));
  }
  await home.lab.controller.exec(['git', 'commit', '--quiet', '--all', '--message', 'Changes'], { cwd: fleet.path });
  await window.goTo('Fleet');
  await window.fleet.evaluate.click();
  await expect(page.getByText('evaluated just now')).toBeVisible();
}

async function deploy(...names: string[]): Promise<void> {
  await window.goTo('Fleet');
  for (const name of names) await window.fleet.checkbox(name).check();
  await window.fleet.deploySelected.click();
  await window.deployDialog.confirm();
  await expect(job.title).toBeVisible();
}

async function takePictures(name: string, of: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await of.emulateMedia({ colorScheme });
    await of.evaluate(() => document.fonts.ready.then(() => undefined));
    const path = join(folder, `${name}-${colorScheme}.png`);
    await writeFile(path, smallPng(await of.screenshot({ animations: 'disabled' })));
    console.log(path);
  }
  await of.emulateMedia({ colorScheme: 'light' });
}

const jobLimit = { timeout: 120_000 };

try {
  await mkdir(folder, { recursive: true });
  await window.load();
  await window.openFleet(fleet.path);
  // A past: some hosts were deployed more often than others.
  await deploy(...reachable);
  await expect(job.state('partly done')).toBeVisible(jobLimit);
  await change({ gateway: text('routes', 'static'), nas: text('exports', '/media'), kube01: text('node', 'first') });
  await deploy('gateway', 'nas', 'kube01');
  await expect(job.state('succeeded')).toBeVisible(jobLimit);

  await change({ media: program('transcoder-7.1', ['codec-av1', 'codec-opus', 'codec-hevc'], 10) });
  await deploy('media');
  await expect(job.log('media')).toBeVisible();
  await job.reaches('media', 'build', /^[1-9]\d* of \d+/);
  await window.goTo('Fleet');
  await window.fleet.checkHosts.click();
  await expect(window.fleet.cell('cabin', 'state')).toHaveText(/offline/);
  await expect(window.fleet.cell('monitor', 'state')).toHaveText(/failed/);
  await expect(window.fleet.checkHosts).not.toHaveAttribute('aria-disabled');
  await expect(window.fleet.row('media').getByRole('progressbar')).toHaveAttribute('aria-valuetext', /^[1-9]\d* of/);
  await page.mouse.move(0, 0);
  await takePictures('fleet', page);
  await window.jobDrawer.getByRole('link', { name: /media/ }).click();
  await expect(job.state('succeeded')).toBeVisible(jobLimit);

  // A build, a copy and an activation that last for both pictures.
  await home.lab.host('nas').link({ kbitPerSecond: 24_000 });
  await change({
    gateway: text('firewall', 'nftables'),
    nas: payload(fleet.mark, 96),
    media: program('subtitles-3.0', ['font-latin', 'font-greek', 'dictionary'], 60),
    kube01: 'pocket.activationSeconds = 60;',
    kube02: brokenProgram,
  });
  await deploy('gateway', 'nas', 'media', 'kube01', 'kube02');
  await expect(job.problem('kube02')).toBeVisible(jobLimit);
  await expect(job.result('gateway')).toHaveText(/\d+$/, jobLimit);
  await page.getByRole('button', { name: 'Show media' }).click();
  await job.reaches('nas', 'copy', /^[1-9]\d.* MiB\/s/);
  await job.reaches('kube01', 'activate', /setting up|activating/);
  await job.reaches('media', 'build', /^[1-9]\d* of \d+/);
  await expect.poll(() => job.logText(), jobLimit).toContain('[6/60]');
  await page.mouse.move(0, 0);
  await expect(job.copyLog).toHaveText('Copy');
  await takePictures('deploy', page);
  if (watched.complaints.length > 0) throw new Error(watched.complaints.join('\n'));
} finally {
  await browser.close();
  await app.stop();
}
