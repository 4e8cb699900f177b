import { renameSync, writeFileSync } from 'node:fs';

/** Replaces a private file's content in one step: a crash leaves the old one or the new one. */
export function replaceFileSync(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
