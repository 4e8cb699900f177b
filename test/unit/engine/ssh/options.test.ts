import { describe, expect, test } from 'vitest';
import { readSshOptions } from '../../../../electron/engine/ssh/options.ts';

describe('ssh options of a fleet', () => {
  test('are passed on in one form, however they are written', () => {
    expect(readSshOptions(['-4', '-p', '2222', '-J', 'a@b:22,c', '-o', 'Compression yes', '-oLogLevel=ERROR'])).toEqual(
      ['-4', '-oPort=2222', '-oProxyJump=a@b:22,c', '-oCompression=yes', '-oLogLevel=ERROR'],
    );
  });

  test('that choose a key use no other', () => {
    expect(readSshOptions(['-i', '/keys/a b'])).toEqual(['-oIdentityFile="/keys/a b"', '-oIdentitiesOnly=yes']);
    expect(readSshOptions(['-i/k', '-o', 'IdentitiesOnly=no'])).toEqual(['-oIdentityFile=/k', '-oIdentitiesOnly=no']);
  });

  test('that would weaken the check of host keys or of dead links are left out', () => {
    const weak = ['-o', 'StrictHostKeyChecking=no', '-oUserKnownHostsFile=/dev/null', '-o', 'ServerAliveInterval=0'];
    expect(readSshOptions([...weak, '-o', 'controlMaster auto'])).toEqual([]);
  });

  test.each([
    ['a command on this computer', ['-o', 'ProxyCommand=touch /tmp/x']],
    ['the same in other letters', ['-oPROXYCOMMAND touch /tmp/x']],
    ['a command when connected', ['-o', 'LocalCommand=x']],
    ['a command for keys', ['-o', 'KnownHostsCommand=/bin/x']],
    ['a library', ['-I', '/tmp/evil.so']],
    ['a library as an option', ['-o', 'PKCS11Provider=/tmp/evil.so']],
    ['another configuration', ['-F', '/tmp/config']],
    ['an included file', ['-o', 'Include=/tmp/config']],
    ['a log file', ['-E', '/etc/passwd']],
    ['a forwarded port', ['-L', '80:x:80']],
    ['the agent', ['-A']],
    ['a control socket', ['-S', '/tmp/s']],
    ['a host', ['other-host']],
    ['a command after all', ['--', 'reboot']],
    ['a user that is an option', ['-l', '-oProxyCommand=x']],
    ['a jump host that is an option', ['-J', '-oProxyCommand=x']],
    ['a jump host with a command', ['-J', 'a;reboot']],
    ['a line break', ['-o', 'Ciphers=x\nProxyCommand=y']],
    ['a quotation mark', ['-o', 'IdentityFile=" ProxyCommand="']],
    ['a value that is missing', ['-o']],
    ['no value', ['-o', 'Port']],
  ])('that bring %s are refused with the reason', (_what, options) => {
    expect(() => readSshOptions(options)).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ code: 'ssh-option-refused' }) }),
    );
  });
});
