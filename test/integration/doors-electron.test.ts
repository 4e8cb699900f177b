import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumExecutable } from '../lab/electron-stand-in/chromium.ts';
import { StandInRun } from '../lab/electron-stand-in/launch.ts';
import { buildConnectionPage } from './doors/build-page.ts';

// The real main process, preload script and engine line, run by the stand-in for Electron with Chromium as the window.
const projectFolder = join(import.meta.dirname, '..', '..');
const withoutChromium = chromiumExecutable === null ? ' (skipped: Chromium is not on this machine)' : '';

let folder: string;
let page: Awaited<ReturnType<typeof buildConnectionPage>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nixstead-electron-'));
  page = await buildConnectionPage();
  await build({
    configFile: false,
    root: projectFolder,
    logLevel: 'error',
    ssr: { target: 'node', noExternal: true, external: ['electron'] },
    build: {
      ssr: 'electron/shell/preload.ts',
      outDir: folder,
      emptyOutDir: false,
      copyPublicDir: false,
      minify: false,
      rolldownOptions: { external: ['electron'], output: { format: 'cjs', entryFileNames: 'preload.cjs' } },
    },
  });
});
afterAll(async () => {
  await page[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

interface Launch {
  /** Data folder; a fresh one where it is not said. */
  readonly home?: string;
  readonly arguments?: string[];
  readonly engine?: 'busy' | 'crashes' | 'cannot-start';
}

function launch({ home = mkdtempSync(join(folder, 'home-')), arguments: given = [], engine }: Launch = {}): StandInRun {
  return new StandInRun({
    main: join(import.meta.dirname, 'doors', 'small-main.ts'),
    arguments: given,
    cwd: folder,
    env: {
      ...process.env,
      NIXSTEAD_HOME: home,
      SMALL_PAGE: page.folder,
      SMALL_PRELOAD: join(folder, 'preload.cjs'),
      SMALL_ENGINE: engine ?? '',
    },
  });
}

const state = (of: Page, wanted: string) => of.locator('#state', { hasText: new RegExp(`^${wanted}$`) }).waitFor();

async function readTheme(of: Page): Promise<string> {
  await of.getByRole('button', { name: 'Read' }).click();
  await of.locator('#theme:not(:empty)').waitFor();
  return of.locator('#theme').innerText();
}

/** Asks again until the answer is the one waited for; what happens in another process gives no other sign. */
async function until<T>(read: () => Promise<T>, isEnough: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await read();
    if (isEnough(value)) return value;
  }
}

describe.skipIf(chromiumExecutable === null)(`the desktop app, once started${withoutChromium}`, () => {
  const home = () => join(folder, 'home');
  let run: StandInRun;
  let opened: Page;

  beforeAll(async () => {
    run = launch({ home: home(), arguments: ['fleet'] });
    opened = await run.page();
    await state(opened, 'open');
  });
  afterAll(() => run[Symbol.asyncDispose]());

  it('shows its page by its own scheme and connects it to the engine, through one function', async () => {
    expect(await readTheme(opened)).toBe('system');
    expect(await run.state()).toMatchObject({
      isSandboxEnabled: true,
      isSpellCheckerEnabled: false,
      userData: join(home(), 'window'),
      schemes: [{ scheme: 'app', privileges: { standard: true, secure: true } }],
      windows: [{ isShown: true, exposed: ['requestEnginePort'] }],
    });
    const world = await opened.evaluate(`({
      bridge: typeof window.requestEnginePort, require: typeof require, process: typeof process,
      ipc: typeof ipcRenderer, secure: isSecureContext })`);
    const nothing = { require: 'undefined', process: 'undefined', ipc: 'undefined' };
    expect(world).toEqual({ bridge: 'function', ...nothing, secure: true });
  });

  it('opens the folder that it was started with', async () => {
    expect(await opened.locator('#initial').innerText()).toBe(join(folder, 'fleet'));
  });

  it('stays on its page, opens no other window and reaches no other host', async () => {
    await opened.evaluate(`window.open('https://example.org/'); undefined`);
    await opened.evaluate(`location.href = 'https://example.org/'; undefined`);
    const { windows } = await until(
      () => run.state(),
      ({ windows: [window] }) => (window?.attempts.length ?? 0) >= 2,
    );
    expect(windows[0]?.attempts).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'window-open', isPrevented: true }),
        { kind: 'navigate', url: 'https://example.org/', isPrevented: true },
      ]),
    );
    await opened.getByRole('button', { name: 'Try what is forbidden' }).click();
    await opened.locator('#blocked:not(:empty)').waitFor();
    const blocked = await opened.locator('#blocked').innerText();
    expect(blocked).toBe('connect-src frame-src img-src script-src script-src-elem');
    expect(await readTheme(opened)).toBe('system');
  });

  it('may write to the clipboard and notify, and nothing else that a page has to ask for', async () => {
    const permissions = await opened.evaluate(`Promise.all(['geolocation', 'notifications', 'camera', 'clipboard-read',
      'clipboard-write'].map(async (name) => name + ': ' + (await navigator.permissions.query({ name })).state))`);
    expect(permissions).toEqual([
      'geolocation: denied',
      'notifications: granted',
      'camera: denied',
      'clipboard-read: denied',
      'clipboard-write: granted',
    ]);
  });

  it('connects again after a reload', async () => {
    const loaded = opened.waitForEvent('load');
    await opened.evaluate('location.reload()');
    await loaded;
    await state(opened, 'open');
    expect(await readTheme(opened)).toBe('system');
    expect((await run.state()).windows[0]?.attempts.at(-1)).toEqual({
      kind: 'navigate',
      url: 'app://nixstead/',
      isPrevented: false,
    });
  });

  it('opens a fleet from the menu, and links in the browser of the user', async () => {
    await run.ask({ type: 'click-menu', label: 'Open Fleet…' });
    await run.ask({ type: 'prepare', folder: '/home/me/fleet' });
    await run.ask({ type: 'click-menu', label: 'Open Fleet…' });
    await opened.locator('#opened', { hasText: '/home/me/fleet' }).waitFor();
    expect(run.dialogs).toMatchObject([{ properties: ['openDirectory'] }, { properties: ['openDirectory'] }]);
    await run.ask({ type: 'click-menu', label: 'NixOS Manual' });
    expect((await run.state()).openedExternally).toEqual(['https://nixos.org/manual/nixos/stable/']);
  });

  it('starts its engine again after a crash; the page notices and goes on', async () => {
    const before = (await run.state()).enginePids;
    await run.ask({ type: 'crash-engine' });
    await opened.locator('#history', { hasText: /open lost open$/ }).waitFor();
    expect(await readTheme(opened)).toBe('system');
    const after = (await run.state()).enginePids;
    expect(after).toEqual([...before, expect.any(Number)]);
    expect(new Set(after).size).toBe(before.length + 1);
  });

  it('comes forward with the folder of a second start, which ends', async () => {
    await run.ask({ type: 'minimize' });
    await using second = launch({ home: home(), arguments: ['other-fleet'] });
    expect(await second.exit).toBe(0);
    await opened.locator('#opened', { hasText: join(folder, 'other-fleet') }).waitFor();
    const { windows } = await run.state();
    expect(windows).toHaveLength(1);
    expect(windows[0]).toMatchObject({ isMinimized: false });
    expect(windows[0]?.calls.slice(-2)).toEqual(['restore', 'focus']);
  });
});

describe.skipIf(chromiumExecutable === null)(`the desktop app, starting and ending${withoutChromium}`, () => {
  it.each([
    ['cannot start', 'cannot-start', 'The database is of a newer Nixstead'],
    ['keeps crashing', 'crashes', 'The engine keeps stopping'],
  ] as const)('says what is wrong and ends where the engine %s', async (_what, engine, message) => {
    await using run = launch({ engine });
    expect(await run.exit).toBe(0);
    expect(run.dialogs).toMatchObject([{ type: 'error', message }]);
  });

  it('comes back where it was', async () => {
    const home = mkdtempSync(join(folder, 'home-'));
    mkdirSync(join(home, 'window'));
    const stateFile = join(home, 'window', 'window-state.json');
    const bounds = { x: 100, y: 50, width: 1000, height: 700 };
    writeFileSync(stateFile, JSON.stringify({ version: 1, bounds, isMaximized: false, isFullScreen: false }));
    await using run = launch({ home });
    expect((await run.state()).windows[0]?.bounds).toEqual(bounds);
    await run.ask({ type: 'close-window' });
    expect(await run.exit).toBe(0);
    expect(JSON.parse(readFileSync(stateFile, 'utf8'))).toMatchObject({ bounds });
  });

  it('says at the end that jobs go on, and stays where that is wished', async () => {
    await using run = launch({ engine: 'busy' });
    expect(await readTheme(await run.page())).toBe('system');
    await run.ask({ type: 'prepare', button: 1 });
    await run.ask({ type: 'close-window' });
    // Closed, asked, and open again.
    await until(
      () => run.state(),
      ({ windows }) => run.dialogs.length === 1 && windows.length === 1,
    );
    expect(run.dialogs).toMatchObject([{ message: '2 jobs are still running', buttons: ['Quit', 'Stay'] }]);
    expect(await readTheme(await run.page())).toBe('system');
    await run.ask({ type: 'prepare', button: 0 });
    await run.ask({ type: 'quit' });
    expect(await run.exit).toBe(0);
  });
});
