import { describe, expect, it } from 'vitest';
import { accessGap, type AccessPerson, type HostAccess } from '../../../../shared/install/access.ts';
import { noSshLists } from '../../../../shared/machines/ssh-lists.ts';

const person = (name: string, keyCount: number, hasPassword = false): AccessPerson => ({
  name,
  groups: name === 'root' ? ['root'] : ['users', 'wheel'],
  keyCount,
  hasPassword,
});
const hostWith = (people: readonly AccessPerson[], rest: Partial<HostAccess> = {}): HostAccess => ({
  ...{
    hasSshServer: true,
    rootLogin: 'prohibit-password',
    takesPasswords: false,
    hasOtherKeys: false,
    lists: noSshLists,
  },
  ...{ isMeantSo: false, autologinUser: null, people },
  ...rest,
});
const gap = (people: readonly AccessPerson[], rest: Partial<HostAccess> = {}, user = 'root') =>
  accessGap(hostWith(people, rest), user);

describe('who can log in to a host', () => {
  it('is somebody where root has a key', () => expect(gap([person('root', 1)])).toBeNull());

  it.each<[string, readonly AccessPerson[], Partial<HostAccess>]>([
    ['has a key or a password', [person('root', 0), person('sam', 0)], {}],
    ['but root has a key, who may not log in', [person('root', 2)], { rootLogin: 'no' }],
    ['has another way than SSH, which is off', [person('root', 1)], { hasSshServer: false }],
    ['is there at all', [], {}],
  ])('is nobody where nobody %s', (_, people, rest) =>
    expect(gap(people, rest)).toEqual({ kind: 'nobody', isMeantSo: false }),
  );

  it('is nobody as it is meant where its owner says so', () =>
    expect(gap([person('root', 0)], { isMeantSo: true })).toEqual({ kind: 'nobody', isMeantSo: true }));

  it('may come by keys that evaluation does not see', () =>
    expect(gap([person('root', 0)], { hasOtherKeys: true })).toBeNull());

  it('may use a password over SSH where that takes one, root only where root may', () => {
    const people = [person('root', 0, true)];
    expect(gap(people, { takesPasswords: true, rootLogin: 'yes' })).toBeNull();
    expect(gap(people, { takesPasswords: true })).toEqual({ kind: 'console-only', users: ['root'] });
    expect(gap([person('sam', 0, true)], { takesPasswords: true }, 'sam')).toBeNull();
  });

  it('is at the console alone where nobody has a key', () => {
    expect(gap([person('root', 0), person('sam', 0, true)])).toEqual({ kind: 'console-only', users: ['sam'] });
    expect(gap([person('sam', 0)], { autologinUser: 'sam' })).toEqual({ kind: 'console-only', users: ['sam'] });
  });

  it('is not whom deploys log in as, where that one has no key', () => {
    const people = [person('root', 0), person('sam', 1)];
    expect(gap(people)).toEqual({ kind: 'not-deployable', user: 'root', list: null, users: ['sam'] });
    expect(gap(people, {}, 'sam')).toBeNull();
    expect(gap(people, {}, 'deploy')).toBeNull();
  });

  it('is not whom a list of the server keeps out', () => {
    const people = [person('root', 1), person('sam', 1)];
    const lists = { ...noSshLists, AllowUsers: ['sam'] };
    expect(gap(people, { lists })).toEqual({
      kind: 'not-deployable',
      user: 'root',
      list: 'AllowUsers',
      users: ['sam'],
    });
    expect(gap([person('root', 1)], { lists })).toEqual({ kind: 'nobody', isMeantSo: false });
  });
});
