import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { programHere } from '../../bench/program-here.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'program-here-'));
  vi.stubEnv('DEPLOYERS', '');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A program in a folder of its own. */
function program(where: string, name: string, text = '#!/bin/sh\n'): string {
  mkdirSync(join(folder, where), { recursive: true });
  const file = join(folder, where, name);
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return file;
}

const path = (...names: string[]) => ({ PATH: names.map((name) => join(folder, name)).join(':') });

test('a program is that of DEPLOYERS, else the one on PATH, and else there is none', async () => {
  const onPath = program('bin', 'colmena');
  expect(await programHere('colmena', path('empty'))).toBe('no colmena on PATH');
  expect(await programHere('colmena', path('empty', 'bin'))).toEqual({ program: onPath, sees: [onPath] });
  vi.stubEnv('DEPLOYERS', join(folder, 'named'));
  const named = program('named', 'colmena');
  expect(await programHere('colmena', path('bin'))).toEqual({ program: named, sees: [] });
});

test('a program on PATH is the file that its links lead to', async () => {
  const real = program('lib', 'colmena-0.4');
  mkdirSync(join(folder, 'bin'));
  symlinkSync(real, join(folder, 'bin/colmena'));
  expect(await programHere('colmena', path('bin'))).toEqual({ program: real, sees: [real] });
});
