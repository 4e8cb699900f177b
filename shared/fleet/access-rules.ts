/** What may be written of who logs in to a machine, and of its time zone. Each reason ends a sentence that begins with the value. */

/**
 * Says why the name of a user that NixOS makes is refused. The rule is useradd's, and shorter than 32 characters as
 * NixOS asserts (users-groups.nix).
 */
export function whyAdminIsRefused(user: string): string | null {
  if (user === '') return 'is empty';
  if (user === 'root') return 'is on every machine; name the person’s own user';
  if (user.length > 31) return `is ${user.length} characters long; at most 31 are allowed`;
  if (!/^[a-z_]/.test(user)) return 'must begin with a small letter';
  return /^[a-z0-9_-]+$/.test(user) ? null : 'may hold small letters, digits, ‘-’ and ‘_’';
}

/** Types of OpenSSH keys, with what the base64 of each body begins with: the body repeats its type (RFC 4253, 6.6). */
const keyBodies: Readonly<Record<string, string>> = {
  'ssh-ed25519': 'AAAAC3NzaC1lZDI1NTE5',
  'ssh-rsa': 'AAAAB3NzaC1yc2E',
  'ecdsa-sha2-nistp256': 'AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY',
  'ecdsa-sha2-nistp384': 'AAAAE2VjZHNhLXNoYTItbmlzdHAzODQ',
  'ecdsa-sha2-nistp521': 'AAAAE2VjZHNhLXNoYTItbmlzdHA1MjE',
  'sk-ssh-ed25519@openssh.com': 'AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t',
  'sk-ecdsa-sha2-nistp256@openssh.com': 'AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20',
};
const maxKeyLength = 16_384;
/** Shorter than the body of an ed25519 key (68 characters), the shortest that there is, by what leaves no doubt. */
const minBodyLength = 60;

/** The parts of one line of an OpenSSH public key; null where it is none, or was cut. */
export function readPublicKey(line: string): { type: string; body: string; comment: string } | null {
  const [, type = '', body = '', comment = ''] =
    /^([a-z0-9@.-]+) ([A-Za-z0-9+/]+={0,2})(?: ([^\n\r]*))?$/.exec(line) ?? [];
  const start = keyBodies[type];
  const isWhole =
    start !== undefined && body.startsWith(start) && body.length >= minBodyLength && body.length % 4 === 0;
  return isWhole && line.length < maxKeyLength ? { type, body, comment } : null;
}

/** What two lines of the same key have in common; comments differ. */
export function keyIdentity(line: string): string {
  return line.trim().split(/\s+/).slice(0, 2).join(' ');
}

/** Says why the name of a time zone is refused; names are those of the tz database, as JavaScript knows them. */
export function whyTimeZoneIsRefused(zone: string): string | null {
  // Intl takes any case, the files of tzdata do not.
  if (!/^[A-Z][A-Za-z0-9_+-]*(\/[A-Z][A-Za-z0-9_+-]*)*$/.test(zone)) return 'must be a name such as Europe/Berlin';
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return null;
  } catch {
    return 'is none that is known; it must be a name such as Europe/Berlin';
  }
}
