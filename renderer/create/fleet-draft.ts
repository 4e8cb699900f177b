import { readPublicKey } from '../../shared/fleet/access-rules.ts';
import type { NewFleet } from '../../shared/fleet/template/options.ts';

/** The two layouts, as a person chooses between them. */
export const LAYOUTS: readonly { value: NewFleet['layout']; title: string; text: string }[] = [
  {
    value: 'factory',
    title: 'Factory',
    text: 'A folder for each host is all it takes; profiles by kind of machine. For fleets that grow.',
  },
  {
    value: 'simple',
    title: 'Simple',
    text: 'Hosts are listed in flake.nix, one module is shared by all. For a few machines, easy to read.',
  },
];

/** The last folder of a path as a name for a fleet; empty where there is none. */
export function nameOfFolder(path: string): string {
  const last = path.split(/[\\/]/).findLast((part) => part !== '') ?? '';
  return last === '~' || last === '.' || last === '..' ? '' : last;
}

/** An OpenSSH public key in words: its kind, the end of its body (the beginning is alike for all), its comment. */
export function keyWords(line: string): { kind: string; end: string; comment: string } | null {
  const key = readPublicKey(line.trim());
  if (key === null) return null;
  const kind = /ed25519|rsa|ecdsa/.exec(key.type)?.[0].toUpperCase() ?? key.type;
  const named = key.type.startsWith('sk-') ? `${kind} security key` : kind;
  return { kind: named, end: key.body.slice(-12), comment: key.comment };
}

/** What was pasted, one key a line; `bad` are lines that are none. A private key is never taken for one. */
export function readPastedKeys(text: string): { keys: string[]; bad: string[] } {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  return {
    keys: lines.filter((line) => keyWords(line) !== null),
    bad: lines.filter((line) => keyWords(line) === null),
  };
}

/** Why a fleet cannot be made from what was typed so far; null where the engine can be asked. */
export function draftRefusal({ folder, fleet }: { folder: string; fleet: NewFleet }): string | null {
  if (folder.trim() === '') return 'Name the folder first.';
  if (fleet.name.trim() === '') return 'Give the fleet a name.';
  if (fleet.adminUser.trim() === '') return 'Name the admin user.';
  if (fleet.timeZone.trim() === '') return 'Name the time zone.';
  return null;
}
