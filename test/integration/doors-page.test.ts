import { chromium } from '@playwright/test';
import type { Browser, Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowserDoor } from '../../electron/browser/server.ts';
import type { BrowserDoor } from '../../electron/browser/server.ts';
import { chromiumArguments, chromiumExecutable } from '../lab/electron-stand-in/chromium.ts';
import { buildConnectionPage } from './doors/build-page.ts';
import { createSmallEngine } from './doors/small-engine.ts';

// The page's side of the browser door: the app's own connection, in Chromium, against the real server.
let page: Awaited<ReturnType<typeof buildConnectionPage>> | undefined;
let browser: Browser | undefined;

beforeAll(async () => {
  if (chromiumExecutable === null) return;
  [page, browser] = await Promise.all([
    buildConnectionPage(),
    chromium.launch({ executablePath: chromiumExecutable ?? '', args: [...chromiumArguments] }),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await page?.[Symbol.asyncDispose]();
});

const openDoor = (port = 0) =>
  openBrowserDoor({ router: createSmallEngine().router, pageFolder: page?.folder ?? '', port });

/** A page in a profile of its own. */
async function openPage(url: string): Promise<Page> {
  if (!browser) throw new Error('Chromium was not started');
  const opened = await (await browser.newContext()).newPage();
  await opened.goto(url);
  return opened;
}

const state = (of: Page, wanted: string) => of.locator('#state', { hasText: new RegExp(`^${wanted}$`) }).waitFor();

async function readTheme(of: Page): Promise<string> {
  await of.getByRole('button', { name: 'Read' }).click();
  await of.locator('#theme:not(:empty)').waitFor();
  return of.locator('#theme').innerText();
}

const addressWithoutToken = (door: BrowserDoor) => `http://127.0.0.1:${door.port}/`;

const title = 'the page in a browser';
const withoutChromium = chromiumExecutable === null ? ' (skipped: Chromium is not on this machine)' : '';

describe.skipIf(chromiumExecutable === null)(title + withoutChromium, () => {
  it('connects with the token, takes it out of the address bar, and keeps its session over a reload', async () => {
    await using door = await openDoor();
    const opened = await openPage(door.url);
    const complaints: string[] = [];
    opened.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await state(opened, 'open');
    expect(opened.url()).toBe(addressWithoutToken(door));
    expect(await readTheme(opened)).toBe('system');
    await opened.reload();
    await state(opened, 'open');
    expect(await readTheme(opened)).toBe('system');
    expect(complaints).toEqual([]);
    await opened.context().close();
  });

  it('works under the name localhost as well', async () => {
    await using door = await openDoor();
    const opened = await openPage(door.url.replace('127.0.0.1', 'localhost'));
    await state(opened, 'open');
    await opened.context().close();
  });

  it('gets nothing in a tab that was opened without the token', async () => {
    await using door = await openDoor();
    const opened = await openPage(addressWithoutToken(door));
    await state(opened, 'refused');
    expect(await readTheme(opened)).toBe('ConnectionLostError');
    await opened.context().close();
  });

  it('serves several tabs of one browser', async () => {
    await using door = await openDoor();
    const first = await openPage(door.url);
    const second = await first.context().newPage();
    await second.goto(door.url);
    await Promise.all([state(first, 'open'), state(second, 'open')]);
    expect(await Promise.all([readTheme(first), readTheme(second)])).toEqual(['system', 'system']);
    await first.context().close();
  });

  it('sees that the app is gone, tries on, and says that a new start wants its own address', async () => {
    const door = await openDoor();
    const opened = await openPage(door.url);
    await state(opened, 'open');
    await door[Symbol.asyncDispose]();
    await state(opened, 'lost');
    expect(await readTheme(opened)).toBe('ConnectionLostError');
    await using anew = await openDoor(door.port);
    await state(opened, 'refused');
    await opened.goto(anew.url);
    await state(opened, 'open');
    await opened.context().close();
  });

  it('runs no script but those of its bundle and reaches no other host', async () => {
    await using door = await openDoor();
    const opened = await openPage(door.url);
    await state(opened, 'open');
    await opened.getByRole('button', { name: 'Try what is forbidden' }).click();
    await opened.locator('#blocked:not(:empty)').waitFor();
    const blocked = await opened.locator('#blocked').innerText();
    // `script-src` is eval, `script-src-elem` the inline script.
    expect(blocked).toBe('connect-src frame-src img-src script-src script-src-elem');
    expect(await opened.title()).toBe('Connection');
    await opened.context().close();
  });
});
