import { listThatShutsOut, type SshListName, type SshLists } from '../machines/ssh-lists.ts';

/** Somebody who could administer the machine: root, or a user in the group wheel. */
export interface AccessPerson {
  readonly name: string;
  readonly groups: readonly string[];
  /** Public keys that let them in over SSH. */
  readonly keyCount: number;
  readonly hasPassword: boolean;
}

/** How a configuration lets people in, as it evaluates. */
export interface HostAccess {
  readonly hasSshServer: boolean;
  /** `services.openssh.settings.PermitRootLogin`. */
  readonly rootLogin: string;
  /** Whether SSH takes passwords. */
  readonly takesPasswords: boolean;
  /** Whom the SSH server lets in at all. */
  readonly lists: SshLists;
  /** Keys come from somewhere that evaluation does not see: a command, a certificate authority, a file of one's own. */
  readonly hasOtherKeys: boolean;
  /** `users.allowNoPasswordLogin`: its owner has said that it is meant so. */
  readonly isMeantSo: boolean;
  /** Who is logged in on the console without a password; null: nobody. */
  readonly autologinUser: string | null;
  readonly people: readonly AccessPerson[];
}

export type AccessGap =
  /** Nobody could log in, neither over SSH nor at the console. */
  | { readonly kind: 'nobody'; readonly isMeantSo: boolean }
  /** Only at the console. */
  | { readonly kind: 'console-only'; readonly users: readonly string[] }
  /** Somebody can, but not the user as whom the app logs in. */
  | {
      readonly kind: 'not-deployable';
      readonly user: string;
      /** The server's list that keeps them out; null: they have no key. */
      readonly list: SshListName | null;
      readonly users: readonly string[];
    };

function entersBySsh(
  { hasSshServer, rootLogin, takesPasswords, hasOtherKeys, lists }: HostAccess,
  person: AccessPerson,
): boolean {
  const isRoot = person.name === 'root';
  if (!hasSshServer || (isRoot && rootLogin === 'no') || listThatShutsOut(lists, person) !== null) return false;
  const byKey = person.keyCount > 0 || hasOtherKeys;
  return byKey || (takesPasswords && person.hasPassword && (!isRoot || rootLogin === 'yes'));
}

/**
 * What is wrong with who can log in once a machine runs its configuration; null: nothing. NixOS itself asserts something
 * of the sort only where `users.mutableUsers` is false, and an installed machine has no other password than its own.
 * @param user as whom the app logs in to deploy
 */
export function accessGap(access: HostAccess, user: string): AccessGap | null {
  const bySsh = access.people.filter((person) => entersBySsh(access, person)).map(({ name }) => name);
  if (bySsh.length > 0) {
    // Somebody outside of wheel is not known here, and may well be meant to deploy.
    const person = access.people.find(({ name }) => name === user);
    if (person === undefined || bySsh.includes(user)) return null;
    return { kind: 'not-deployable', user, list: listThatShutsOut(access.lists, person), users: bySsh };
  }
  const atConsole = access.people.filter(({ name, hasPassword }) => hasPassword || name === access.autologinUser);
  if (atConsole.length > 0) return { kind: 'console-only', users: atConsole.map(({ name }) => name) };
  return { kind: 'nobody', isMeantSo: access.isMeantSo };
}
