import { createHash, type Hash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Strings in an archive are padded with zeros to multiples of this. */
const alignment = 8;

/**
 * The hash by which nix knows a file or a folder with all that is in it, as flake.lock has it (`sha256-…`): that of its Nix
 * Archive (the NAR format of the Nix reference manual). Only names, contents, links and the owner's right to execute count.
 */
export function narHash(path: string): string {
  const hash = createHash('sha256');
  add(hash, 'nix-archive-1');
  addNode(hash, path);
  return `sha256-${hash.digest('base64')}`;
}

function addNode(hash: Hash, path: string): void {
  const facts = lstatSync(path);
  add(hash, '(', 'type');
  if (facts.isSymbolicLink()) add(hash, 'symlink', 'target', readlinkSync(path, 'buffer'));
  else if (facts.isDirectory()) {
    add(hash, 'directory');
    const names = readdirSync(path, 'buffer').sort((a, b) => a.compare(b));
    for (const name of names) {
      add(hash, 'entry', '(', 'name', name, 'node');
      addNode(hash, join(path, name.toString('utf8')));
      add(hash, ')');
    }
  } else {
    add(hash, 'regular', ...((facts.mode & 0o100) === 0 ? [] : ['executable', '']), 'contents', readFileSync(path));
  }
  add(hash, ')');
}

function add(hash: Hash, ...strings: readonly (string | Uint8Array)[]): void {
  for (const each of strings) {
    const bytes = typeof each === 'string' ? Buffer.from(each) : each;
    const length = Buffer.alloc(alignment);
    length.writeBigUInt64LE(BigInt(bytes.length));
    hash.update(length).update(bytes);
    hash.update(Buffer.alloc((alignment - (bytes.length % alignment)) % alignment));
  }
}
