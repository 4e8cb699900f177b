import { createHash } from 'node:crypto';

/** A host's public key in SSH's own encoding (RFC 4253, 6.6): what known_hosts holds as base64. */
export type HostKey = Buffer;

/** For example `SHA256:75b+33oq5CFmD/SmQVO2eomSBEQfrqF4mWRvpa5zLH4`, as OpenSSH prints it. */
export function fingerprint(key: HostKey): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** For example `ssh-ed25519`: the first string of the encoding; empty where the bytes are no key. */
export function hostKeyType(key: HostKey): string {
  if (key.length < 4) return '';
  const length = key.readUInt32BE(0);
  return length <= 64 && key.length >= 4 + length ? key.toString('latin1', 4, 4 + length) : '';
}

/** The signature algorithms that a server may offer for a key of this type, strongest first. */
export function hostKeyAlgorithms(keyType: string): string[] {
  return keyType === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] : [keyType];
}
