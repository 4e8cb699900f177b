import { createHmac, timingSafeEqual } from 'node:crypto';
import { appendFile, open, readFile, rename, writeFile } from 'node:fs/promises';
import { hostKeyType, type HostKey } from './host-key.ts';

/** One usable line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownHost {
  readonly marker: 'revoked' | 'cert-authority' | null;
  /** Patterns as written: `nas`, `[nas]:2222`, `*.home`, `!old.home`, or one hashed name `|1|salt|hash`. */
  readonly names: readonly string[];
  readonly keyType: string;
  readonly key: HostKey;
}

/** Under which name and port a host's key is looked up. `port` null: a HostKeyAlias, which has no port. */
export interface HostKeyAddress {
  readonly host: string;
  readonly port: number | null;
}

/** What the files say about an offered key. `known` are the keys that they hold for this host instead. */
export type Verdict =
  | { readonly state: 'known' }
  | { readonly state: 'unknown' }
  | { readonly state: 'changed'; readonly known: readonly HostKey[] }
  | { readonly state: 'revoked' };

/** Reads known_hosts text. Lines that make no sense are passed over, as OpenSSH does. */
export function parseKnownHosts(text: string): KnownHost[] {
  return text.split('\n').flatMap((line) => parseLine(line.trim()) ?? []);
}

function parseLine(line: string): KnownHost | null {
  if (line === '' || line.startsWith('#')) return null;
  const words = line.split(/[ \t]+/);
  const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
  if (marker !== undefined && marker !== '@revoked' && marker !== '@cert-authority') return null;
  const [names, keyType, base64] = words;
  if (names === undefined || keyType === undefined || base64 === undefined) return null;
  const key = Buffer.from(base64, 'base64');
  if (hostKeyType(key) !== keyType) return null;
  return {
    marker: marker === '@revoked' ? 'revoked' : marker === '@cert-authority' ? 'cert-authority' : null,
    names: names.startsWith('|') ? [names] : names.split(',').filter((name) => name !== ''),
    keyType,
    key,
  };
}

/** How known_hosts writes a host: `nas`, or `[nas]:2222` where the port is not 22. Names are kept in lower case. */
export function knownHostName(address: HostKeyAddress): string {
  const host = address.host.toLowerCase();
  return address.port === null || address.port === 22 ? host : `[${host}]:${address.port}`;
}

/** True where a line speaks about a host; `name` as {@link knownHostName} writes it. */
export function speaksAbout(entry: KnownHost, name: string): boolean {
  let isMatch = false;
  for (const pattern of entry.names) {
    if (pattern.startsWith('|')) {
      isMatch ||= isHashOf(pattern, name);
    } else if (pattern.startsWith('!')) {
      if (matchesPattern(pattern.slice(1), name)) return false;
    } else {
      isMatch ||= matchesPattern(pattern, name);
    }
  }
  return isMatch;
}

/** `|1|salt|hash`: HMAC-SHA1 of the name, keyed with the salt. */
function isHashOf(pattern: string, name: string): boolean {
  const [, version, salt, hash] = pattern.split('|');
  if (version !== '1' || salt === undefined || hash === undefined) return false;
  const expected = Buffer.from(hash, 'base64');
  const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/** `*` and `?` as in ssh_config(5), PATTERNS. Walks without backtracking into earlier stars, so no pattern is slow. */
function matchesPattern(pattern: string, name: string): boolean {
  const wanted = pattern.toLowerCase();
  let at = 0;
  let from = 0;
  let star = -1;
  let resume = 0;
  while (from < name.length) {
    const character = wanted[at];
    if (character === '*') {
      star = at;
      at += 1;
      resume = from;
    } else if (character !== undefined && (character === '?' || character === name[from])) {
      at += 1;
      from += 1;
    } else if (star !== -1) {
      at = star + 1;
      resume += 1;
      from = resume;
    } else {
      return false;
    }
  }
  while (wanted[at] === '*') at += 1;
  return at === wanted.length;
}

/** The keys that the files hold for a host. As OpenSSH does, a host on another port may be known by its bare name. */
export function keysOf(entries: readonly KnownHost[], address: HostKeyAddress): HostKey[] {
  const name = knownHostName(address);
  return entries.filter((entry) => entry.marker === null && speaksAbout(entry, name)).map((entry) => entry.key);
}

/**
 * Compares an offered key with what the files hold. Any other key held for the same host makes it `changed`, also one
 * of another type: whoever stands between could otherwise offer a type that was never seen.
 */
export function judgeHostKey(entries: readonly KnownHost[], address: HostKeyAddress, offered: HostKey): Verdict {
  const names = [knownHostName(address), knownHostName({ host: address.host, port: null })];
  const isRevoked = entries.some(
    (entry) =>
      entry.marker === 'revoked' && entry.key.equals(offered) && names.some((name) => speaksAbout(entry, name)),
  );
  if (isRevoked) return { state: 'revoked' };
  const known = keysOf(entries, address);
  if (known.some((key) => key.equals(offered))) return { state: 'known' };
  if (known.length > 0) return { state: 'changed', known };
  const byBareName = keysOf(entries, { host: address.host, port: null });
  return byBareName.some((key) => key.equals(offered)) ? { state: 'known' } : { state: 'unknown' };
}

/** The line that pins a key. */
export function knownHostLine(address: HostKeyAddress, key: HostKey): string {
  return `${knownHostName(address)} ${hostKeyType(key)} ${key.toString('base64')}\n`;
}

/** Reads several files; those that are missing or unreadable hold nothing. */
export async function readKnownHosts(files: readonly string[]): Promise<KnownHost[]> {
  const texts = await Promise.all(files.map((file) => readFile(file, 'latin1').catch(() => '')));
  return texts.flatMap(parseKnownHosts);
}

/** Appends a key to our own file. One write of one line, so that jobs that pin at the same moment do not mix. */
export async function pinHostKey(file: string, address: HostKeyAddress, key: HostKey): Promise<void> {
  const line = knownHostLine(address, key);
  await appendFile(file, (await endsInMidLine(file)) ? `\n${line}` : line, { mode: 0o600 });
}

/** True where a person's editor left the last line without its end. */
async function endsInMidLine(file: string): Promise<boolean> {
  const handle = await open(file, 'r').catch(() => null);
  if (!handle) return false;
  try {
    const { size } = await handle.stat();
    if (size === 0) return false;
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer[0] !== 0x0a;
  } finally {
    await handle.close();
  }
}

/**
 * Makes one key the only one that our own file holds for these addresses, for a machine that was installed anew. Lines of
 * other hosts stay as they are.
 */
export async function replaceKnownKeys(
  file: string,
  addresses: readonly HostKeyAddress[],
  key: HostKey,
): Promise<void> {
  const names = [...new Set(addresses.map(knownHostName))];
  const text = await readFile(file, 'latin1').catch(() => '');
  const kept = text.split('\n').filter((line) => {
    const entry = parseLine(line.trim());
    return entry === null || entry.marker !== null || !names.some((name) => speaksAbout(entry, name));
  });
  const body = kept.join('\n').replace(/\n+$/, '');
  const lines = names.map((name) => `${name} ${hostKeyType(key)} ${key.toString('base64')}\n`).join('');
  await writeFile(`${file}.new`, `${body === '' ? '' : `${body}\n`}${lines}`, { encoding: 'latin1', mode: 0o600 });
  await rename(`${file}.new`, file);
}
