import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The program that opens an address in the user's browser, without its last argument. */
const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Whether this session can show a browser at all. */
export function hasDisplay(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): boolean {
  return platform in openers || Boolean(env['DISPLAY']) || Boolean(env['WAYLAND_DISPLAY']);
}

/** Opens an address that is no secret. Resolves to whether a program took it. */
export async function openInBrowser(url: string, platform: NodeJS.Platform = process.platform): Promise<boolean> {
  const [program, ...before] = openers[platform] ?? ['xdg-open'];
  const child = spawn(program, [...before, url], { detached: true, stdio: 'ignore' });
  child.unref();
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('spawn', () => resolve(true));
  });
}

/**
 * Opens an address that carries the token. Arguments of programs can be read by every user of the computer, so the
 * browser is given a file that only this user can read, and the file sends it on. Disposing removes the file.
 */
export async function openSecretAddress(url: string): Promise<AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'nixstead-'));
  const page = join(folder, 'open.html');
  const address = JSON.stringify(url).replaceAll('<', '\\u003c');
  await writeFile(
    page,
    `<!doctype html><meta charset="utf-8"><title>Nixstead</title><script>location.replace(${address})</script>`,
    { mode: 0o600, flag: 'wx' },
  );
  await openInBrowser(pathToFileURL(page).href);
  return { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
