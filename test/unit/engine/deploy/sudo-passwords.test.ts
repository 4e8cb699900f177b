import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { HostSession } from '../../../../electron/engine/deploy/host-session.ts';
import { SudoPasswords } from '../../../../electron/engine/deploy/sudo-passwords.ts';
import { ProblemError } from '../../../../electron/engine/errors.ts';
import { hostName } from '../../../../shared/contract/ids.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const nas = hostName.parse('nas');
const { signal } = new AbortController();
const end = { exitCode: 1, signal: null, stdout: '' };

/** A host with sudo as it is: it asks, unless it is told not to, and reads the first line. */
function hostWith(password: string) {
  const argvs: string[] = [];
  const host = { password, argvs };
  const session: HostSession = {
    place: 'sam@nas',
    isOpen: true,
    isRoot: false,
    exec: async (argv, { stdin = '' } = {}) => {
      argvs.push(argv.join(' '));
      if (!argv.includes('-S')) return { ...end, stderr: 'sudo: a password is required\n' };
      const [typed, ...rest] = Buffer.from(stdin).toString().split('\n');
      if (typed === host.password) return { ...end, exitCode: 0, stdout: rest.join('\n'), stderr: '' };
      return { ...end, stderr: 'Sorry, try again.\nsudo: 2 incorrect password attempts\n' };
    },
    [Symbol.dispose]: () => undefined,
  };
  return { host, session };
}

/** `root`, or the code of the problem. */
async function comesTo(
  passwords: SudoPasswords,
  session: HostSession,
  password?: string,
  privilege = ['sudo', '-H', '--'],
): Promise<string> {
  try {
    await passwords.becomeRoot(session, { host: nas, privilege, password }, signal);
    return 'root';
  } catch (error) {
    if (error instanceof ProblemError) return error.problem.code;
    throw error;
  }
}

test('a password is wanted, a wrong one is told, and a right one is not asked for again', async () => {
  using passwords = new SudoPasswords();
  const { host, session } = hostWith('open sesame');
  expect(await comesTo(passwords, session)).toBe('sudo-password-wanted');
  expect(await comesTo(passwords, session, 'wrong')).toBe('sudo-password-wrong');
  expect(await comesTo(passwords, session, 'open sesame')).toBe('root');
  expect(await comesTo(passwords, session)).toBe('root');
  expect(host.argvs.join('\n')).not.toContain('sesame');
});

test('after three wrong ones nobody is asked again, until it is begun anew', async () => {
  using passwords = new SudoPasswords();
  const { session } = hostWith('open sesame');
  const codes: string[] = [];
  for (const typed of [undefined, 'a', 'b', 'c', undefined, 'd', undefined, 'e', 'f', 'g']) {
    codes.push(await comesTo(passwords, session, typed));
  }
  const [wanted, wrong, refused] = ['sudo-password-wanted', 'sudo-password-wrong', 'deploy-sudo-refused'];
  expect(codes).toEqual([wanted, wrong, wrong, refused, wanted, wrong, wanted, wrong, wrong, refused]);
});

test('what was right is forgotten when it was not used for fifteen minutes, and when it is right no more', async () => {
  using passwords = new SudoPasswords();
  const { host, session } = hostWith('open sesame');
  await comesTo(passwords, session, 'open sesame');
  vi.advanceTimersByTime(14 * 60_000);
  expect(await comesTo(passwords, session)).toBe('root');
  vi.advanceTimersByTime(14 * 60_000);
  expect(await comesTo(passwords, session)).toBe('root');
  vi.advanceTimersByTime(16 * 60_000);
  expect(await comesTo(passwords, session)).toBe('sudo-password-wanted');

  await comesTo(passwords, session, 'open sesame');
  host.password = 'another';
  expect(await comesTo(passwords, session)).toBe('sudo-password-wanted');
  host.password = 'open sesame';
  expect(await comesTo(passwords, session)).toBe('sudo-password-wanted');
});

test('nothing is asked for where it would not help', async () => {
  using passwords = new SudoPasswords();
  const { session } = hostWith('open sesame');
  expect(await comesTo(passwords, session, undefined, [])).toBe('root');
  expect(await comesTo(passwords, session, 'open sesame', ['sudo', '-n'])).toBe('deploy-sudo-password');
  const without: HostSession = { ...session, exec: async () => ({ ...end, stderr: 'sh: 1: doas: not found' }) };
  expect(await comesTo(passwords, without, undefined, ['doas'])).toBe('deploy-sudo-missing');
  const barred: HostSession = { ...session, exec: async () => ({ ...end, stderr: 'doas: Operation not permitted' }) };
  expect(await comesTo(passwords, barred, undefined, ['doas'])).toBe('deploy-not-root');
});
