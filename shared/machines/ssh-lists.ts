import { matchesGlob, parseGlob } from '../fleet/selection/glob.ts';

/**
 * The lists by which an SSH server decides who may log in before it looks at any key, in the order in which it asks them
 * (sshd_config(5)). Each holds patterns with `*` and `?`, for users also `USER@PLACE`; an empty one is none.
 */
export const sshListNames = ['DenyUsers', 'AllowUsers', 'DenyGroups', 'AllowGroups'] as const;
export type SshListName = (typeof sshListNames)[number];
export type SshLists = Readonly<Record<SshListName, readonly string[]>>;

export const noSshLists: SshLists = { DenyUsers: [], AllowUsers: [], DenyGroups: [], AllowGroups: [] };

/**
 * The list that keeps a user out wherever they come from; null: none does. What holds for some places alone
 * (`USER@PLACE`) neither lets everybody in nor keeps anybody out for sure, and is read in the user's favour.
 * @param groups all of the user's groups, the primary one among them
 */
export function listThatShutsOut(
  lists: SshLists,
  { name, groups }: { readonly name: string; readonly groups: readonly string[] },
): SshListName | null {
  const isIn = (patterns: readonly string[], names: readonly string[]): boolean =>
    patterns.some((pattern) => names.some((each) => matches(pattern, each)));
  const users = lists.AllowUsers.map((pattern) => pattern.replace(/@.*$/s, ''));
  if (isIn(lists.DenyUsers, [name])) return 'DenyUsers';
  if (users.length > 0 && !isIn(users, [name])) return 'AllowUsers';
  if (isIn(lists.DenyGroups, groups)) return 'DenyGroups';
  if (lists.AllowGroups.length > 0 && !isIn(lists.AllowGroups, groups)) return 'AllowGroups';
  return null;
}

/** Names of users and groups have no brackets, so what a glob has more than sshd's patterns does not matter. */
function matches(pattern: string, name: string): boolean {
  const glob = parseGlob(pattern);
  return 'pieces' in glob ? matchesGlob(glob, name) : pattern === name;
}
