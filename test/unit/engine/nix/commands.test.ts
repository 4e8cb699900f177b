import { describe, expect, test } from 'vitest';
import { buildArguments } from '../../../../electron/engine/nix/build.ts';
import { copyCommand } from '../../../../electron/engine/nix/copy.ts';
import { evalArguments } from '../../../../electron/engine/nix/eval.ts';
import { flakeInstallable } from '../../../../electron/engine/nix/installable.ts';
import { isAtLeast, parseNixVersion } from '../../../../electron/engine/nix/nix-version.ts';
import { nixArgv, nixEnvironment } from '../../../../electron/engine/nix/run.ts';
import { nixSshOptions } from '../../../../electron/engine/nix/ssh-options.ts';
import { parseFreeSpace } from '../../../../electron/engine/nix/free-space.ts';

describe('what nix is started with', () => {
  const version = { major: 2, minor: 26, text: 'nix (Nix) 2.26.3', isLix: false };

  test('is a vector in which a subcommand keeps its arguments', () => {
    expect(
      nixArgv({ words: ['/bin/nix'], shown: ['/bin/nix'], version, host: null }, ['eval', '--json', 'a b;c']),
    ).toEqual([
      '/bin/nix',
      '--extra-experimental-features',
      'nix-command flakes',
      'eval',
      '--log-format',
      'internal-json',
      '-v',
      '--json',
      'a b;c',
    ]);
  });

  test('never lets git ask on a terminal', () => {
    expect(nixEnvironment({})).toEqual({
      GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'core.fsmonitor',
      GIT_CONFIG_VALUE_0: 'false',
      GIT_CONFIG_KEY_1: 'core.hooksPath',
      GIT_CONFIG_VALUE_1: '/dev/null',
    });
  });

  test('keeps a result with a link, and writes no lock file', () => {
    expect(buildArguments({ subject: { drv: '/nix/store/x-a.drv' }, outLink: '/job/roots/nas' })).toEqual([
      'build',
      '--out-link',
      '/job/roots/nas',
      '--option',
      'build-poll-interval',
      '1',
      '/nix/store/x-a.drv^out',
    ]);
    expect(buildArguments({ subject: { ref: 'path:/f', attribute: ['a'] }, outLink: '/r' })).toContain(
      '--no-write-lock-file',
    );
  });

  test('quotes names in an attribute path and encodes it for a URL', () => {
    expect(flakeInstallable('path:/f', ['nixosConfigurations', 'nas.home', 'config'])).toBe(
      'path:/f#nixosConfigurations.%22nas.home%22.config',
    );
    expect(flakeInstallable('path:/f', ['a^b'])).toBe('path:/f#%22a%5Eb%22');
    expect(() => flakeInstallable('path:/f', ['a"b'])).toThrow('cannot be given to nix');
  });

  test('evaluates the value of a file as well', async () => {
    const args = await evalArguments({ source: { file: '/f/hive.nix' }, apply: 'x: x' });
    expect(args).toEqual([
      'eval',
      '--json',
      '--show-trace',
      '--no-write-lock-file',
      '--apply',
      'x: x',
      '--file',
      '/f/hive.nix',
      '',
    ]);
  });
});

describe('what ssh is told through nix', () => {
  test('is split at spaces, so that no word may have one', () => {
    expect(nixSshOptions(['-F', '/home/me/.ssh/config', '-oPort=2222'])).toBe('-F /home/me/.ssh/config -oPort=2222');
    for (const word of ['/Library/Application Support/x', 'a"b', "a'b", 'a\\b', 'a\nb', 'a\tb', '']) {
      expect(() => nixSshOptions(['-F', word])).toThrow('cannot be given to nix');
    }
  });

  const to = (target: Parameters<typeof copyCommand>[0]['target'], sshOptions: string[] = []) =>
    copyCommand({ paths: ['/nix/store/x'], target, sshOptions });

  test('has the port in its own options and never in the address', () => {
    const { args, sshOptions } = to({ host: 'nas', user: 'root' }, ['-F', '/c', '-oPort=2222']);
    expect(args).toEqual(['copy', '--no-check-sigs', '--to', 'ssh-ng://root@nas', '/nix/store/x']);
    expect(sshOptions.slice(0, 3)).toEqual(['-F', '/c', '-oPort=2222']);
  });

  test('notices a dead link within 15 seconds, whatever the caller says or not', () => {
    const numberOf = (words: readonly string[], key: string): number =>
      Number(words.findLast((word) => word.startsWith(`-o${key}=`))?.split('=')[1]);
    const { sshOptions } = to({ host: 'nas', user: null });
    const seconds = numberOf(sshOptions, 'ServerAliveInterval') * (numberOf(sshOptions, 'ServerAliveCountMax') + 1);
    expect(seconds).toBeLessThanOrEqual(15);
    expect(to({ host: 'nas', user: null }, ['-oServerAliveInterval=2']).sshOptions).toEqual([
      '-oServerAliveInterval=2',
      '-oConnectTimeout=10',
      '-oServerAliveCountMax=2',
    ]);
  });

  test('names an IPv6 address beside the URL', () => {
    const { args, sshOptions } = to({ host: 'fe80::1%eth0', user: 'root' });
    expect(args).toContain('ssh-ng://root@ipv6-fe80--1-eth0');
    expect(sshOptions).toContain('-oHostName=fe80::1%%eth0');
  });

  test('can start nix through sudo', () => {
    expect(to({ host: 'nas', user: 'me', throughSudo: 'free' }).args).toContain(
      'ssh-ng://me@nas?remote-program=sudo%20-n%20nix-daemon',
    );
  });

  test.for(['-oProxyCommand=x', 'a;reboot', '$(x)', 'a b', '../x', '', 'a/b', 'a?remote-program=x', 'a#b', 'a@b'])(
    'is no host such as %j',
    (host) => {
      expect(() => to({ host, user: 'root' })).toThrow('cannot be given to nix');
    },
  );

  test.for(['-l', 'a;b', 'a b', '', 'a@b', 'a/b'])('is no user such as %j', (user) => {
    expect(() => to({ host: 'nas', user })).toThrow('cannot be given to nix');
  });
});

describe('small answers', () => {
  test.for([
    ['nix (Nix) 2.26.3', 2, 26, false],
    ['nix (Nix) 2.32.0pre20250901_abcdef', 2, 32, false],
    ['nix (Determinate Nix 3.8.5) 2.30.2', 2, 30, false],
    ['nix (Lix, like Nix) 2.91.1', 2, 91, true],
  ] as const)('%s is a version', ([text, major, minor, isLix]) => {
    expect(parseNixVersion(`${text}\n`)).toEqual({ major, minor, text, isLix });
  });

  test('a version is compared by its numbers', () => {
    const at = (minor: number) => ({ major: 2, minor, text: '', isLix: false });
    expect(isAtLeast(at(18), [2, 18])).toBe(true);
    expect(isAtLeast(at(9), [2, 18])).toBe(false);
    expect(parseNixVersion('bash: nix: not found')).toBeNull();
  });

  test('df tells how much is free, also under a name with spaces', () => {
    const head = 'Filesystem     1024-blocks    Used Available Capacity Mounted on\n';
    expect(parseFreeSpace(`${head}/dev/vda1   41151808 39000000    102400      98% /mnt/my disk\n`)).toEqual({
      mountpoint: '/mnt/my disk',
      sizeBytes: 41151808 * 1024,
      availableBytes: 100 * 1024 * 1024,
    });
    expect(parseFreeSpace(`${head}overlay 100 120 -20 100% /\n`)?.availableBytes).toBe(0);
    expect(parseFreeSpace('df: /nix/store: No such file or directory\n')).toBeNull();
  });
});
