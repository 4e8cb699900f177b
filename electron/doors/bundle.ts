import { readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { bundlePath, cacheControlOf, contentTypeOf } from '../../shared/doors/page.ts';

export interface BundleFile {
  readonly content: Buffer<ArrayBuffer>;
  readonly contentType: string;
  readonly cacheControl: string;
}

/**
 * Reads the file that a URL path means out of the built page, or null where there is none. The path is checked before it
 * touches the file system and the file's real place after, so that neither a crafted path nor a link in the folder leads out.
 */
export async function readBundleFile(folder: string, urlPath: string): Promise<BundleFile | null> {
  const relative = bundlePath(urlPath);
  if (relative === null) return null;
  try {
    const root = await realpath(folder);
    const file = await realpath(join(root, relative));
    if (!file.startsWith(root + sep)) return null;
    const content = await readFile(file);
    return { content, contentType: contentTypeOf(relative), cacheControl: cacheControlOf(relative) };
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** ENOTDIR and EISDIR: a file taken for a folder and the reverse; both mean that there is no such file. */
function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(String(error.code));
}
