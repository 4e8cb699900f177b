import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The longest path that a unix socket may have on every system (sun_path is 104 bytes on macOS, 108 on Linux). */
const longestPath = 100;
const folderPrefix = 'nixstead-';

/**
 * Where a socket of ours can be: in a fresh folder of its own (0700) with a short path, or a named pipe on Windows. It is in
 * the temporary folder: `$XDG_RUNTIME_DIR` vanishes when its user logs out, and a job goes on.
 * @throws where no folder can be made
 */
export function newSocketPath(): string {
  if (process.platform === 'win32') return `\\\\.\\pipe\\nixstead-${randomBytes(16).toString('hex')}`;
  const path = join(mkdtempSync(join(tmpdir(), folderPrefix)), 's');
  if (Buffer.byteLength(path) <= longestPath) return path;
  removeSocket(path);
  return join(mkdtempSync(join('/tmp', folderPrefix)), 's');
}

/** Removes what a socket left on disk; also for a process that died. */
export function removeSocket(socket: string): void {
  if (process.platform !== 'win32' && dirname(socket).includes(folderPrefix)) {
    rmSync(dirname(socket), { recursive: true, force: true });
  }
}
