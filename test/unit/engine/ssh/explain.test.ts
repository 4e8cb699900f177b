import { describe, expect, test } from 'vitest';
import { explainSshError, explainSshText } from '../../../../electron/engine/ssh/explain.ts';

const place = 'root@192.168.77.14';
const failure = (message: string, facts: { code?: string; level?: string } = {}): Error =>
  Object.assign(new Error(message), facts);

describe('what OpenSSH printed', () => {
  test.each([
    ['ssh: Could not resolve hostname nosuchhost.lab: Temporary failure in name resolution', 'ssh-unknown-name'],
    ['ssh: connect to host 192.168.77.99 port 22: No route to host', 'ssh-unreachable'],
    ['ssh: connect to host 192.168.77.11 port 2222: Connection refused', 'ssh-refused'],
    ['ssh: connect to host 10.0.0.1 port 22: Connection timed out', 'ssh-timeout'],
    ['root@192.168.77.13: Permission denied (publickey,password).', 'ssh-denied'],
    ['Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures', 'ssh-too-many-keys'],
    ['Timeout, server 192.168.77.20 not responding.', 'ssh-connection-lost'],
    ['client_loop: send disconnect: Broken pipe', 'ssh-connection-lost'],
    ['No ED25519 host key is known for nas and you have requested strict checking.', 'ssh-host-key-unknown'],
    ['kex_exchange_identification: read: Connection reset by peer', 'ssh-connection-lost'],
    ['Unable to negotiate with 10.0.0.1 port 22: no matching cipher found.', 'ssh-protocol'],
    ['/etc/x: line 3: Bad configuration option: foo', 'ssh-configuration'],
  ])('%s', (line, code) => {
    const text = `Warning: Permanently added '192.168.77.14' (ED25519) to the list of known hosts.\n${line}\nmore`;
    expect(explainSshText(text, place)).toMatchObject({ code, evidence: line });
  });

  test('about a changed key is told with the new one and where the old one stands', () => {
    const text = `@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
The fingerprint for the ED25519 key sent by the remote host is
SHA256:75b+33oq5CFmD/SmQVO2eomSBEQfrqF4mWRvpa5zLH4.
Offending ED25519 key in /root/.ssh/known_hosts:3
  remove with:
  ssh-keygen -f '/root/.ssh/known_hosts' -R '192.168.77.14'
Host key verification failed.`;
    expect(explainSshText(text, place)).toMatchObject({
      code: 'ssh-host-key-changed',
      evidence: 'now:    SHA256:75b+33oq5CFmD/SmQVO2eomSBEQfrqF4mWRvpa5zLH4\nbefore: line 3 of /root/.ssh/known_hosts',
      advice: expect.arrayContaining([
        expect.stringContaining("ssh-keygen -R '192.168.77.14' -f '/root/.ssh/known_hosts'"),
      ]),
    });
  });

  test('without a reason is not explained', () => {
    expect(explainSshText('copying 3 paths...', place)).toBe(null);
  });
});

describe('an error of our own connection', () => {
  test.each([
    [failure('getaddrinfo ENOTFOUND x', { code: 'ENOTFOUND', level: 'client-socket' }), 'ssh-unknown-name'],
    [failure('connect ECONNREFUSED', { code: 'ECONNREFUSED', level: 'client-socket' }), 'ssh-refused'],
    [failure('connect EHOSTUNREACH', { code: 'EHOSTUNREACH', level: 'client-socket' }), 'ssh-unreachable'],
    [failure('connect ETIMEDOUT', { code: 'ETIMEDOUT', level: 'client-socket' }), 'ssh-timeout'],
    [failure('read ECONNRESET', { code: 'ECONNRESET', level: 'client-socket' }), 'ssh-connection-lost'],
    [failure('Keepalive timeout', { level: 'client-timeout' }), 'ssh-timeout'],
    [failure('All configured authentication methods failed', { level: 'client-authentication' }), 'ssh-denied'],
    [failure('Too many authentication failures'), 'ssh-too-many-keys'],
    [failure('Handshake failed: no matching key exchange algorithm', { level: 'handshake' }), 'ssh-protocol'],
    [failure('something else'), 'ssh-failed'],
  ])('%s', (error, code) => {
    expect(explainSshError(error, place).code).toBe(code);
  });

  test('after the connection was good is a lost connection', () => {
    const error = failure('Keepalive timeout', { level: 'client-timeout' });
    expect(explainSshError(error, place, true).code).toBe('ssh-connection-lost');
  });
});
