import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { LayoutText } from '../../../shared/contract/disks.ts';
import { positionAt } from '../../../shared/nix/line.ts';
import { parseNix } from '../../../shared/nix/parser.ts';
import { ProblemError } from '../errors.ts';
import { replaceFile } from '../fleet/create/write-files.ts';

const MAX_BYTES = 8 * 1024 * 1024;

/**
 * The real path of a file of the fleet.
 * @param file path below the fleet's folder
 * @throws ProblemError `disks-file-outside` where it, or what a symbolic link leads to, is not below the folder;
 *   `disks-file-unreadable`
 */
export async function fleetFilePath(folder: string, file: string): Promise<string> {
  const outside = new ProblemError({
    code: 'disks-file-outside',
    title: `${file} is not a file of this fleet`,
    evidence: folder,
    advice: ['Choose a file below the folder of the fleet.'],
  });
  if (isAbsolute(file) || file.includes('\0')) throw outside;
  const [top, path] = await Promise.all([realpath(folder), realpath(join(folder, file))]).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  const below = relative(top, path);
  if (below === '' || below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below)) throw outside;
  return path;
}

/** The text of a file of the fleet. @throws ProblemError as {@link fleetFilePath}, and `disks-file-too-large` */
export async function readFleetText(folder: string, file: string): Promise<LayoutText> {
  return readText(await fleetFilePath(folder, file), file);
}

async function readText(path: string, file: string): Promise<LayoutText> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw tooLarge(file, size);
    return named(await readFile(path, 'utf8'));
  } catch (error) {
    throw error instanceof ProblemError ? error : unreadable(file, error);
  }
}

/**
 * Writes a text over a file of the fleet, in one step.
 * @returns the text with its new hash
 * @throws ProblemError `disks-not-nix` and `disks-file-changed`, with nothing written; `fleet-cannot-write`
 */
export async function saveFleetText(
  folder: string,
  { file, text, hash }: { readonly file: string; readonly text: string; readonly hash: string },
): Promise<LayoutText> {
  const path = await fleetFilePath(folder, file);
  const [mistake] = parseNix(text).problems;
  if (mistake) {
    const place = positionAt(text, mistake.start);
    throw new ProblemError({
      code: 'disks-not-nix',
      title: `The text is not valid Nix: ${mistake.message}`,
      evidence: text.split('\n')[place.line - 1]?.slice(0, 500) ?? '',
      advice: ['Mend the line, then save again. The file was not changed.'],
      place: { file, ...place },
    });
  }
  const present = await readText(path, file);
  if (present.hash !== hash) {
    throw new ProblemError({
      code: 'disks-file-changed',
      title: `${file} was changed by something else since it was opened`,
      evidence: '',
      advice: ['Nothing was written. Copy your text, open the file again, and put your change into what is there now.'],
    });
  }
  if (present.text !== text) await replaceFile(path, text);
  return named(text);
}

function named(text: string): LayoutText {
  return { text, hash: createHash('sha256').update(text).digest('hex') };
}

function tooLarge(file: string, bytes: number): ProblemError {
  return new ProblemError({
    code: 'disks-file-too-large',
    title: `${file} is too large for a layout`,
    evidence: `${bytes} bytes`,
    advice: ['Choose the file that sets disko.devices.'],
  });
}

function unreadable(file: string, cause: unknown): ProblemError {
  return new ProblemError(
    {
      code: 'disks-file-unreadable',
      title: `${file} cannot be read`,
      evidence: cause instanceof Error ? cause.message : String(cause),
      advice: ['Check that the file is still there and that you may read it.'],
    },
    { cause },
  );
}
