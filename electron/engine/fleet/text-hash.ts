import { createHash } from 'node:crypto';

/** Names a text: SHA-256 of its UTF-8 bytes in hexadecimal. Two texts with the same name are the same. */
export function textHash(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex');
}
