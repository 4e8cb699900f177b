import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configPathWithoutSpaces, prepareSshFiles, type SshFiles } from '../../../../electron/engine/ssh/config.ts';
import { readResolved, resolveTarget } from '../../../../electron/engine/ssh/resolve.ts';
import { sshTarget } from '../../../../electron/engine/ssh/target.ts';

let folder: string;
let files: SshFiles;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nixstead % "quoted\\config '));
  files = prepareSshFiles(join(folder, 'ssh'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('our configuration, read by OpenSSH itself', () => {
  test('brings a target to its name, port, user and keys', async () => {
    const options = ['-i', '/keys/one', '-J', 'jump'];
    const resolved = await resolveTarget(sshTarget({ host: 'NAS.home', user: 'admin', port: 2222 }, options), files);
    expect(resolved).toMatchObject({
      hostName: 'nas.home',
      port: 2222,
      user: 'admin',
      identityFiles: ['/keys/one'],
      identitiesOnly: true,
      proxyJump: 'jump',
      proxyCommand: null,
      hostKeyAlias: null,
      mayUsePassword: true,
    });
  });

  test('looks into the user’s and the system’s known_hosts after ours', async () => {
    const resolved = await resolveTarget(sshTarget({ host: 'nas', user: null, port: null }), files);
    expect(resolved.otherKnownHosts).toEqual([
      join(userInfo().homedir, '.ssh/known_hosts'),
      join(userInfo().homedir, '.ssh/known_hosts2'),
      '/etc/ssh/ssh_known_hosts',
      '/etc/ssh/ssh_known_hosts2',
    ]);
    expect(resolved.user).toBe(userInfo().username);
  });

  test('is private, and kept where it is good', () => {
    const before = statSync(files.config).mtimeMs;
    prepareSshFiles(files.folder);
    expect(statSync(files.config).mtimeMs).toBe(before);
    expect(statSync(files.config).mode & 0o777).toBe(0o600);
    expect(statSync(files.askpass).mode & 0o777).toBe(0o700);
  });

  test('is reachable by a path without spaces, for older nix', () => {
    const path = configPathWithoutSpaces(files);
    expect(path).not.toMatch(/\s/);
    expect(readFileSync(path, 'utf8')).toBe(readFileSync(files.config, 'utf8'));
    // What was there before leads elsewhere.
    rmSync(path);
    symlinkSync('/nowhere', path);
    expect(configPathWithoutSpaces(files)).toBe(path);
    expect(readFileSync(path, 'utf8')).toBe(readFileSync(files.config, 'utf8'));
    expect(readdirSync(dirname(path)).filter((name) => name.endsWith(`.${process.pid}`))).toEqual([]);
    rmSync(path);
  });

  test('that ssh cannot read is explained with its own words', async () => {
    const target = { host: 'nas', user: null, port: null, options: ['-oCiphers=nonsense'] };
    await expect(resolveTarget(target, files)).rejects.toMatchObject({
      problem: { code: 'ssh-configuration', evidence: expect.stringContaining('nonsense') },
    });
  });
});

describe('what ssh -G prints', () => {
  const read = (lines: string[], agent?: string) => readResolved(lines.join('\n'), '/our/known_hosts', agent);

  test('is read with tokens and the home folder of the account', () => {
    const { homedir, username, uid } = userInfo();
    const lines = ['hostname nas', 'port 22', 'user me', 'identityfile ~/.ssh/%r-%h', 'identityfile %d/k-%u-%i-%%'];
    expect(read(lines).identityFiles).toEqual([`${homedir}/.ssh/me-nas`, `${homedir}/k-${username}-${uid}-%`]);
  });

  test('tells which agent may be used', () => {
    expect(read([], '/agent').agent).toBe('/agent');
    expect(read(['identityagent none'], '/agent').agent).toBe(null);
    expect(read(['identityagent /other'], '/agent').agent).toBe('/other');
    expect(read(['identityagent SSH_AUTH_SOCK'], '/agent').agent).toBe('/agent');
    expect(read([]).agent).toBe(null);
  });

  test('tells that passwords are not wanted', () => {
    expect(read(['passwordauthentication no', 'kbdinteractiveauthentication no']).mayUsePassword).toBe(false);
  });
});
