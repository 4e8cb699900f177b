import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hasDisplay, openSecretAddress } from '../../../electron/browser/open-in-browser.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nixstead-opener-'));
  // What a desktop would start; it writes down what it was given.
  writeFileSync(
    join(folder, 'xdg-open'),
    `#!/bin/sh\nprintf '%s\\n' "$@" > '${folder}/arguments'.new\nmv '${folder}/arguments'.new '${folder}/arguments'\n`,
  );
  chmodSync(join(folder, 'xdg-open'), 0o755);
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH'] ?? ''}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe.runIf(process.platform === 'linux')('opening the page in the browser', () => {
  it('keeps the token out of the arguments of programs, in a file of this user alone', async () => {
    const url = 'http://127.0.0.1:4321/#token=abc';
    const opened = await openSecretAddress(url);
    await vi.waitFor(() => expect(existsSync(join(folder, 'arguments'))).toBe(true));
    const given = readFileSync(join(folder, 'arguments'), 'utf8').trim();
    expect(given).toMatch(/^file:\/\/\/.*\/open\.html$/);
    const file = fileURLToPath(given);
    expect(readFileSync(file, 'utf8')).toContain(`location.replace("${url}")`);
    expect(statSync(file).mode & 0o077).toBe(0);
    await opened[Symbol.asyncDispose]();
    expect(existsSync(file)).toBe(false);
  });

  it('is tried only where there is a display', () => {
    expect(hasDisplay({}, 'linux')).toBe(false);
    expect(hasDisplay({ DISPLAY: ':0' }, 'linux')).toBe(true);
    expect(hasDisplay({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBe(true);
    expect(hasDisplay({}, 'darwin')).toBe(true);
  });
});
