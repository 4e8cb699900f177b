/**
 * Which addresses, users and ports may be handed to SSH. Values come from foreign flakes. A leading `-` is what ssh
 * would take for an option (`-oProxyCommand=…` runs a program here), so it is refused before anything else.
 */

/** What an address is written as; `host` is in the form that ssh takes (an IPv6 address without brackets). */
export type Address =
  | { readonly ok: true; readonly kind: 'name' | 'ipv4' | 'ipv6'; readonly host: string }
  | { readonly ok: false; readonly reason: string };

const dottedNumbers = /^\d{1,3}(?:\.\d{1,3}){3}$/;

function isIpv4(text: string): boolean {
  return (
    dottedNumbers.test(text) && text.split('.').every((part) => Number(part) <= 255 && String(Number(part)) === part)
  );
}

/** RFC 4291, 2.2: eight groups, one `::`, an IPv4 address as the last two groups. */
function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  let size = 0;
  for (const [index, group] of groups.entries()) {
    if (index === groups.length - 1 && group.includes('.')) {
      if (!isIpv4(group)) return false;
      size += 2;
    } else if (/^[0-9A-Fa-f]{1,4}$/.test(group)) {
      size += 1;
    } else {
      return false;
    }
  }
  return halves.length === 2 ? size < 8 : size === 8;
}

const refused = (reason: string): Address => ({ ok: false, reason });

/**
 * Reads an address: a host name (or a name of the user's ssh configuration), an IPv4 address, or an IPv6 address with
 * or without brackets and zone (`fe80::1%eth0`). `reason` is the end of a sentence that begins with the address.
 */
export function readAddress(text: string): Address {
  if (text === '') return refused('is empty');
  if (text.length > 253) return refused(`is ${text.length} characters long; an address has at most 253`);
  if (text.startsWith('-')) return refused('begins with ‘-’, which ssh would read as an option');
  if (text.includes('@')) return refused('contains ‘@’; the user has a field of its own (targetUser, sshUser)');
  if (text.includes('://')) return refused('is a URL; only the host name or the address is meant');

  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  const zoneAt = bare.indexOf('%');
  const withoutZone = zoneAt === -1 ? bare : bare.slice(0, zoneAt);
  if (isIpv6(withoutZone)) {
    if (zoneAt !== -1 && !/^[A-Za-z0-9._-]+$/.test(bare.slice(zoneAt + 1))) {
      return refused('has a network interface after ‘%’ that no system would name so');
    }
    return { ok: true, kind: 'ipv6', host: bare };
  }
  if (isIpv4(text)) return { ok: true, kind: 'ipv4', host: text };
  if (dottedNumbers.test(text)) return refused('looks like an IPv4 address, but its numbers go from 0 to 255');
  if (/^[^:]+:\d+$/.test(text)) return refused('carries a port; the port has a field of its own (targetPort)');
  const odd = /[^A-Za-z0-9_.-]/u.exec(text);
  if (odd) return refused(`contains ‘${odd[0]}’, which no host name and no address has`);
  const labels = (text.endsWith('.') ? text.slice(0, -1) : text).split('.');
  if (labels.some((part) => !/^[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?$/.test(part) || part.length > 63)) {
    return refused('has an empty, too long or wrongly ended part between its dots');
  }
  return { ok: true, kind: 'name', host: text };
}

/** Says why a login name is refused (the end of a sentence that begins with it), or null where it is fine. */
export function whyUserIsRefused(user: string): string | null {
  if (user === '') return 'is empty';
  if (user.length > 64) return `is ${user.length} characters long; a user name has at most 64`;
  if (user.startsWith('-')) return 'begins with ‘-’, which ssh would read as an option';
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*\$?$/.test(user)) {
    return 'has characters that no user name has; letters, digits, ‘-’, ‘_’ and dots are allowed';
  }
  return null;
}

/** Says why a port is refused, or null where it is one. */
export function whyPortIsRefused(port: number): string | null {
  return Number.isInteger(port) && port >= 1 && port <= 65535 ? null : 'is not a port; ports go from 1 to 65535';
}
