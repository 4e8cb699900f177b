import type { FoundKey, HostSuggestions } from '../../shared/contract/create.ts';
import { keyIdentity, whyAdminIsRefused } from '../../shared/fleet/access-rules.ts';
import type { HostAdmin } from '../../shared/fleet/template/options.ts';
import { readPastedKeys } from '../create/fleet-draft.ts';

/** What a person has said of who logs in to a host. */
export interface AccessFields {
  /** Null: nobody typed, so the fleet's admin is meant. */
  readonly user: string | null;
  /** Lines of the keys that are ticked; null: nobody ticked. */
  readonly chosen: ReadonlySet<string> | null;
  readonly pasted: string;
}

/** A key that can be ticked. `fleet`: every machine has it; `pasted`: somebody gave it here before. */
export interface OfferedKey {
  readonly line: string;
  readonly source: FoundKey['source'] | 'fleet' | 'pasted';
  /** The machine has it whatever is chosen here. */
  readonly isKept: boolean;
}

/** Who logs in to a host: what is shown of it, and what is written into its files. */
export interface HostAccess {
  readonly user: string;
  readonly offered: readonly OfferedKey[];
  readonly chosen: ReadonlySet<string>;
  readonly isFleetsAdmin: boolean;
  /** Null: nobody beside those who log in to every machine, so nothing is written. */
  readonly admin: HostAdmin | null;
  /** Why it cannot be gone on with, as a sentence; null where it can. */
  readonly refusal: string | null;
}

/** Works out who logs in: what the fleet gives every machine is not written again. */
export function accessOf(
  { common, ownKeys }: Pick<HostSuggestions, 'common' | 'ownKeys'>,
  fields: AccessFields,
): HostAccess {
  const user = (fields.user ?? common.adminUser ?? '').trim();
  const isFleetsAdmin = user !== '' && user === common.adminUser;
  const isGivenToAll = (line: string): boolean => holds(common.sshKeys, line);
  const own = ownKeys.filter(({ line }) => !isGivenToAll(line));
  // A fleet that lets nobody in: whoever installs from this computer is meant, until somebody says otherwise.
  const usual = common.sshKeys.length === 0 && isFleetsAdmin ? own.map(({ line }) => line) : [];
  const ticked = [...(fields.chosen ?? [...common.sshKeys, ...usual])];
  const found = [...common.sshKeys, ...own.map(({ line }) => line)];
  const offered: OfferedKey[] = [
    ...common.sshKeys.map((line) => ({ line, source: 'fleet' as const, isKept: isFleetsAdmin })),
    ...own.map(({ line, source }) => ({ line, source, isKept: false })),
    ...ticked.filter((line) => !holds(found, line)).map((line) => ({ line, source: 'pasted' as const, isKept: false })),
  ];
  const isTicked = ({ line, isKept }: OfferedKey): boolean => isKept || holds(ticked, line);
  const chosen = offered.filter(isTicked).map(({ line }) => line);
  const { keys, bad } = readPastedKeys(fields.pasted);
  const all = [...chosen, ...keys].filter(
    (line, index, lines) => lines.findIndex((other) => keyIdentity(other) === keyIdentity(line)) === index,
  );
  const written = isFleetsAdmin ? all.filter((line) => !isGivenToAll(line)) : all;
  const isNothing = user === '' || (isFleetsAdmin && written.length === 0);
  return {
    user,
    offered,
    chosen: new Set(chosen),
    isFleetsAdmin,
    admin: isNothing ? null : { user, sshKeys: written },
    refusal: refusalOf({ user, isFleetsAdmin, written, hasBad: bad.length > 0 }),
  };
}

function refusalOf(access: {
  user: string;
  isFleetsAdmin: boolean;
  written: readonly string[];
  hasBad: boolean;
}): string | null {
  const { user, isFleetsAdmin, written, hasBad } = access;
  if (hasBad) return 'One of the pasted lines is not a public key.';
  if (user === '') return written.length === 0 ? null : 'Name the user who logs in with these keys.';
  const reason = isFleetsAdmin ? null : whyAdminIsRefused(user);
  if (reason !== null) return `‘${user}’ ${reason}.`;
  return isFleetsAdmin || written.length > 0 ? null : `Choose a key with which ${user} logs in.`;
}

function holds(lines: readonly string[], line: string): boolean {
  return lines.some((other) => keyIdentity(other) === keyIdentity(line));
}
