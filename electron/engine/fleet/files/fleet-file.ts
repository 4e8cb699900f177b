import { chmod, lstat, mkdir, open, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import type { FleetText } from '../../../../shared/contract/files.ts';
import { cannotWrite } from '../create/errors.ts';
import { replaceFile } from '../create/write-files.ts';
import { ProblemError } from '../../errors.ts';
import { textHash } from '../text-hash.ts';
import { fileChanged, outsideFleet, unreadableFile } from './errors.ts';

/** Larger files are shown by their name only. */
const MAX_TEXT_BYTES = 8 * 1024 * 1024;
const MAX_FILE_BYTES = 256 * 1024 * 1024;

const isBelow = (top: string, path: string): boolean => {
  const below = relative(top, path);
  return below !== '' && below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below);
};

/**
 * The path of a file of the fleet, with every symbolic link followed: the text is where it leads. Of a file that is not
 * there yet, the folder that is there is looked at.
 * @throws ProblemError `file-outside-fleet`
 */
export async function fleetFilePath(folder: string, file: string): Promise<string> {
  const named = join(folder, file);
  const isNamedInside = !isAbsolute(file) && !file.includes('\0') && isBelow(folder, named);
  if (!isNamedInside || file.split(/[\\/]/).includes('.git')) throw outsideFleet(file, folder);
  const top = await realpath(folder);
  const real = await realpath(named).catch(() => null);
  if (real !== null) {
    if (!isBelow(top, real)) throw outsideFleet(file, folder);
    return real;
  }
  // A link that leads nowhere would be written through.
  if (await isLink(named)) throw outsideFleet(file, folder);
  for (let at = dirname(named); at !== dirname(at); at = dirname(at)) {
    const there = await realpath(at).catch(() => null);
    if (there === null) continue;
    if (there !== top && !isBelow(top, there)) throw outsideFleet(file, folder);
    return join(there, relative(at, named));
  }
  throw outsideFleet(file, folder);
}

async function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    (facts) => facts.isSymbolicLink(),
    () => false,
  );
}

/** A file of the fleet. @throws ProblemError `file-outside-fleet`, `file-unreadable` */
export async function readFleetFile(folder: string, file: string): Promise<FleetText> {
  const path = await fleetFilePath(folder, file);
  try {
    const facts = await stat(path);
    if (!facts.isFile()) throw new Error('It is not a file');
    if (facts.size > MAX_FILE_BYTES) throw new Error(`It is larger than ${MAX_FILE_BYTES} bytes`);
    const bytes = await readFile(path);
    return { text: bytes.length > MAX_TEXT_BYTES ? null : textOf(bytes), hash: textHash(bytes) };
  } catch (error) {
    throw unreadableFile(file, error);
  }
}

/** Bytes as text; null where they are none, so that saving them could never give the same bytes back. */
export function textOf(bytes: Buffer): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** The hash of a file; null where it cannot be read. */
export async function hashOfFile(path: string): Promise<string | null> {
  return readFile(path).then(textHash, () => null);
}

/**
 * Writes a text over a file of the fleet in one step, and keeps the file's mode.
 * @param hash of the bytes that the text was made from; null: the file must not be there yet
 * @returns the hash of what is there now
 * @throws ProblemError `file-changed`, `file-outside-fleet`, `fleet-cannot-write`, with nothing written
 */
export async function saveFleetFile(
  folder: string,
  { file, text, hash }: { readonly file: string; readonly text: string; readonly hash: string | null },
): Promise<{ hash: string }> {
  const path = await fleetFilePath(folder, file);
  if ((await hashOfFile(path)) !== hash) throw fileChanged(file);
  if (hash === null) await writeNewFile(path, text);
  else if (textHash(text) !== hash) {
    const { mode } = await stat(path);
    await replaceFile(path, text);
    await chmod(path, mode & 0o7777);
  }
  return { hash: textHash(text) };
}

async function writeNewFile(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await using file = await open(path, 'wx', 0o644);
    await file.writeFile(text);
  } catch (error) {
    throw error instanceof ProblemError ? error : cannotWrite(path, error);
  }
}
