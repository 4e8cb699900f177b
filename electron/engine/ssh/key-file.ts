import { readFile } from 'node:fs/promises';
import ssh2, { type ParsedKey } from 'ssh2';

/** A private key on this computer. `publicKey` is in SSH's own encoding. */
export interface KeyFile {
  readonly path: string;
  readonly publicKey: Buffer;
  /** The usable key; null while its passphrase is not known. */
  readonly key: ParsedKey | null;
}

/**
 * Reads a key file; null where there is none or it holds no private key.
 * @param passphrase for an encrypted key; where it is wrong or missing the key stays locked
 */
export async function readKeyFile(path: string, passphrase?: string): Promise<KeyFile | null> {
  const text = await readFile(path).catch(() => null);
  if (text === null) return null;
  const key = parse(text, passphrase);
  if (key?.isPrivateKey()) return { path, publicKey: key.getPublicSSH(), key };
  const publicKey = publicPartOf(text.toString('latin1')) ?? (await readPublicFile(`${path}.pub`));
  return publicKey === null ? null : { path, publicKey, key: null };
}

function parse(text: Buffer, passphrase?: string): ParsedKey | null {
  // ssh2 returns its error, and throws for a passphrase on some malformed files.
  try {
    // A file of several keys comes as a list, which ssh2's types do not tell.
    const [key] = [ssh2.utils.parseKey(text, passphrase)].flat();
    return key === undefined || key instanceof Error ? null : key;
  } catch {
    return null;
  }
}

async function readPublicFile(path: string): Promise<Buffer | null> {
  const text = await readFile(path).catch(() => null);
  return text === null ? null : (parse(text)?.getPublicSSH() ?? null);
}

/**
 * The public part of a key in OpenSSH's own format, which stands there in clear also when the rest is encrypted
 * (openssh-portable, PROTOCOL.key): magic, cipher, kdf, kdf options, number of keys, public key.
 */
function publicPartOf(pem: string): Buffer | null {
  const base64 = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(pem)?.[1];
  if (base64 === undefined) return null;
  const bytes = Buffer.from(base64, 'base64');
  const magic = 'openssh-key-v1\0';
  if (bytes.toString('latin1', 0, magic.length) !== magic) return null;
  let at = magic.length;
  const nextString = (): Buffer | null => {
    if (at + 4 > bytes.length) return null;
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) return null;
    const part = bytes.subarray(at + 4, end);
    at = end;
    return part;
  };
  for (let skipped = 0; skipped < 3; skipped += 1) if (nextString() === null) return null;
  at += 4;
  return nextString();
}
