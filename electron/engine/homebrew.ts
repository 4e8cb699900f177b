import { existsSync } from 'node:fs';

/** Where Homebrew puts programs: on Macs with Apple's processors, and with Intel's. */
const folders = ['/opt/homebrew/bin', '/usr/local/bin'];

/**
 * The PATH of a Mac with what Homebrew has installed. What the Dock starts has that of no shell: folders that are there go
 * before it, as in a shell, so that a newer bash is found before that of macOS.
 */
export function withHomebrew(path: string, isThere: (folder: string) => boolean = existsSync): string {
  const known = path.split(':');
  return [...folders.filter((folder) => !known.includes(folder) && isThere(folder)), path].join(':');
}
