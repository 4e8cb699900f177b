import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { FileSet } from '../../../../shared/fleet/template/options.ts';
import { cannotWrite, filesExist } from './errors.ts';

/** Those of the files that a folder already has. */
export function existingFiles(folder: string, files: FileSet): string[] {
  return Object.keys(files).filter((path) => existsSync(join(folder, path)));
}

/**
 * Writes new files; never over one that is there. All or none: when one cannot be written, those written before it are
 * taken away again.
 * @throws ProblemError fleet-files-exist, fleet-cannot-write
 */
export async function writeNewFiles(folder: string, files: FileSet): Promise<void> {
  const present = existingFiles(folder, files);
  if (present.length > 0) throw filesExist(folder, present);
  const written: string[] = [];
  for (const [path, text] of Object.entries(files)) {
    const target = join(folder, path);
    try {
      await mkdir(dirname(target), { recursive: true });
      await using file = await open(target, 'wx', 0o644);
      written.push(target);
      await file.writeFile(text);
    } catch (error) {
      await Promise.all(written.map((item) => rm(item, { force: true })));
      throw cannotWrite(target, error);
    }
  }
}

/** Replaces a file's content in one step: a crash leaves the old one or the new one. */
export async function replaceFile(path: string, text: string | Uint8Array): Promise<void> {
  const scratch = join(dirname(path), `.${randomBytes(6).toString('hex')}.tmp`);
  try {
    {
      await using file = await open(scratch, 'wx', 0o644);
      await file.writeFile(text);
      await file.sync();
    }
    await rename(scratch, path);
  } catch (error) {
    await rm(scratch, { force: true });
    throw cannotWrite(path, error);
  }
}
