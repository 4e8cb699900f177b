import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { homeFolder, openHome } from '../../../electron/engine/home.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'nixstead-home-'))));
afterEach(() => rmSync(folder, { recursive: true }));

test('the data folder is NIXSTEAD_HOME, else where the platform keeps data', () => {
  const env = { HOME: '/home/mia', XDG_DATA_HOME: '/data', LOCALAPPDATA: 'L' };
  expect(homeFolder({ ...env, NIXSTEAD_HOME: '/n' }, 'linux')).toBe('/n');
  expect(homeFolder(env, 'linux')).toBe('/data/nixstead');
  expect(homeFolder({ HOME: '/home/mia' }, 'linux')).toBe('/home/mia/.local/share/nixstead');
  expect(homeFolder(env, 'darwin')).toBe('/home/mia/Library/Application Support/Nixstead');
  expect(homeFolder(env, 'win32')).toBe('L/Nixstead');
});

test('every folder is made, for its owner alone, also where one was open to others', () => {
  const root = join(folder, 'a', 'b');
  mkdirSync(root, { recursive: true });
  chmodSync(root, 0o755);
  const home = openHome({ NIXSTEAD_HOME: root });
  for (const path of [home.root, home.jobs, home.ssh, home.cache]) expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(readdirSync(root).sort()).toEqual(['cache', 'jobs', 'ssh']);
});

test('is known by its own path where a link leads to it, below which nix would read no flake', () => {
  mkdirSync(join(folder, 'real'));
  symlinkSync('real', join(folder, 'link'));
  const home = openHome({ NIXSTEAD_HOME: join(folder, 'link/home') });
  expect([home.root, home.cache]).toEqual(['real/home', 'real/home/cache'].map((path) => join(folder, path)));
});

test('a place where no folder can be is refused with the reason', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => openHome({ NIXSTEAD_HOME: join(folder, 'file', 'home') })).toThrow(
    expect.objectContaining({
      problem: expect.objectContaining({ code: 'home-not-writable', evidence: expect.stringContaining('ENOTDIR') }),
    }),
  );
});
