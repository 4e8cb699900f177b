import { describe, expect, it } from 'vitest';
import { listThatShutsOut, noSshLists, type SshLists } from '../../../../shared/machines/ssh-lists.ts';

const out = (lists: Partial<SshLists>, name = 'sam', groups: readonly string[] = ['users', 'wheel']) =>
  listThatShutsOut({ ...noSshLists, ...lists }, { name, groups });

describe('the lists of an SSH server', () => {
  it('keep nobody out where there are none', () => expect(out({})).toBeNull());

  it.each<[Partial<SshLists>, ReturnType<typeof out>]>([
    [{ AllowUsers: ['ada', 'sam'] }, null],
    [{ AllowUsers: ['ada'] }, 'AllowUsers'],
    [{ AllowUsers: ['s?m'] }, null],
    [{ AllowUsers: ['s*'] }, null],
    [{ AllowUsers: ['sa.'] }, 'AllowUsers'],
    [{ AllowUsers: ['SAM'] }, 'AllowUsers'],
    [{ AllowUsers: ['sam@192.168.0.*'] }, null],
    [{ AllowUsers: ['ada@192.168.0.*'] }, 'AllowUsers'],
    [{ DenyUsers: ['sam'], AllowUsers: ['sam'] }, 'DenyUsers'],
    [{ DenyUsers: ['sam@10.0.0.1'] }, null],
    [{ DenyGroups: ['wheel'], AllowGroups: ['users'] }, 'DenyGroups'],
    [{ AllowGroups: ['wheel'] }, null],
    [{ AllowGroups: ['ssh-users'] }, 'AllowGroups'],
    [{ AllowUsers: ['sam'], AllowGroups: ['ssh-users'] }, 'AllowGroups'],
  ])('%j: %s', (lists, expected) => expect(out(lists)).toBe(expected));
});
