import { ProblemError } from '../errors.ts';

/**
 * `REF#ATTRIBUTE` for nix. A list of names is quoted so that a name may have dots in it; a text is taken as an attribute
 * path that is written already. The whole is a URL: its fragment is percent-encoded, also for `^`, with which nix would
 * choose outputs.
 * @throws ProblemError `nix-name-refused` for a name with a quotation mark: nix has no way to write it
 */
export function flakeInstallable(ref: string, attribute: string | readonly string[]): string {
  const path = typeof attribute === 'string' ? attribute : attribute.map(quotedName).join('.');
  return `${ref}#${encodeURIComponent(path)}`;
}

function quotedName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_'-]*$/.test(name)) return name;
  if (name.includes('"') || name === '') {
    throw new ProblemError({
      code: 'nix-name-refused',
      title: 'This name cannot be given to nix',
      evidence: JSON.stringify(name),
      advice: ['Rename the attribute: names with a quotation mark cannot be written in a flake reference.'],
    });
  }
  return `"${name}"`;
}
