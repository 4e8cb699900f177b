/**
 * Which host names may be deployed. Names come from foreign flakes, so any string can stand there; it is shown as it
 * is, but only a name that NixOS itself would take reaches a command, a file name or a unit name.
 *
 * The rule is that of the option `networking.hostName` (`[[:alnum:]]([[:alnum:]_-]{0,61}[[:alnum:]])?`), applied to
 * each label, since real fleets also name hosts by their full domain name (`nas.home.example`).
 */

/** The longest domain name (RFC 1035, 2.3.4, without the final dot) and the longest label. */
const maxNameLength = 253;
const maxLabelLength = 63;

const label = /^[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?$/;

/** A person's words for a character that has no picture. */
function characterName(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === ' ') return 'a space';
  if (code < 0x20 || code === 0x7f || (code >= 0x80 && code < 0xa0)) {
    return `the control character U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  }
  return `‘${character}’`;
}

/**
 * Says why a host of this name cannot be deployed, as the end of a sentence that begins with the name
 * ("… contains ‘;’, …"), or null where it can.
 */
export function whyNameIsRefused(name: string): string | null {
  if (name === '') return 'is empty';
  if (name.length > maxNameLength) {
    return `is ${name.length} characters long; a host name has at most ${maxNameLength}`;
  }
  if (name.startsWith('-')) return 'begins with ‘-’, which programs would read as an option';
  const odd = /[^A-Za-z0-9_.-]/u.exec(name);
  if (odd) return `contains ${characterName(odd[0])}; host names have letters, digits, ‘-’, ‘_’ and dots only`;
  for (const part of name.split('.')) {
    if (part === '') return 'has a dot at its start, at its end or beside another dot';
    if (part.length > maxLabelLength) {
      return `has a part of ${part.length} characters between its dots; at most ${maxLabelLength} are allowed`;
    }
    if (!label.test(part)) return `has a part that begins or ends with ‘-’ or ‘_’; NixOS refuses such host names`;
  }
  return null;
}

/** True for names that may reach a command. */
export function isDeployableName(name: string): boolean {
  return whyNameIsRefused(name) === null;
}
