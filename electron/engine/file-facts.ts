import { lstat } from 'node:fs/promises';

/** By what a file shows that it was written or replaced, whatever is in it now: size, mode, inode and times; null: gone. */
export async function fileFacts(path: string): Promise<string | null> {
  const facts = await lstat(path, { bigint: true }).catch(() => null);
  return facts && [facts.size, facts.mode, facts.ino, facts.mtimeNs, facts.ctimeNs].join(' ');
}
