import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { newSocketPath, removeSocket } from '../../../../electron/engine/jobs/socket-path.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sockets-'))));
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** sun_path of macOS is 104 bytes with the NUL behind it; of a Mac's $TMPDIR 49 are used up. */
const macOsLimit = 103;

test.each([49, 60, 80, 85, 90, 95, 103, 150])('fits where the temporary folder has %i bytes', (length) => {
  const long = join(folder, 'é'.repeat(Math.max(0, length - folder.length - 1) >> 1));
  mkdirSync(long, { recursive: true });
  vi.stubEnv('TMPDIR', long);
  const path = newSocketPath();
  expect(Buffer.byteLength(path)).toBeLessThanOrEqual(macOsLimit);
  expect(existsSync(dirname(path))).toBe(true);
  removeSocket(path);
  expect(existsSync(dirname(path))).toBe(false);
});
