import { describe, expect, test } from 'vitest';
import { describeTarget, sshArguments, sshTarget } from '../../../../electron/engine/ssh/target.ts';

const target = (host: string, user: string | null = null, port: number | null = null) =>
  sshTarget({ host, user, port });

describe('a target', () => {
  test('becomes arguments in which nothing from the fleet can be an option', () => {
    expect(sshArguments(sshTarget({ host: 'nas', user: 'admin', port: 2222 }, ['-4']), '/c')).toEqual([
      '-F',
      '/c',
      '-oPort=2222',
      '-oUser=admin',
      '-4',
      '--',
      'nas',
    ]);
  });

  test('is written as a person would write it', () => {
    expect(describeTarget(target('nas'))).toBe('nas');
    expect(describeTarget(target('nas', 'root', 22))).toBe('root@nas');
    expect(describeTarget(target('fe80::1', 'root', 2222))).toBe('root@[fe80::1]:2222');
    expect(describeTarget(target('[fe80::1]', 'root'))).toBe('root@fe80::1');
  });

  test.each(['-oProxyCommand=x', 'a;reboot', '$(x)', '../x', 'x'.repeat(300), 'a b', 'a\nb', "a'b", '', 'root@nas'])(
    'is refused for the address %j, with the reason',
    (host) => {
      expect(() => target(host)).toThrow(
        expect.objectContaining({ problem: expect.objectContaining({ code: 'target-refused' }) }),
      );
    },
  );

  test.each(['-oProxyCommand=x', 'a;b', '$(x)', 'a b', ''])('is refused for the user %j', (user) => {
    expect(() => target('nas', user)).toThrow(/^The user/);
  });
});
