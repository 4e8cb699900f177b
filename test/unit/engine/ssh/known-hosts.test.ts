import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fingerprint, hostKeyType } from '../../../../electron/engine/ssh/host-key.ts';
import {
  judgeHostKey,
  knownHostLine,
  knownHostName,
  parseKnownHosts,
  pinHostKey,
  readKnownHosts,
  speaksAbout,
} from '../../../../electron/engine/ssh/known-hosts.ts';

const folder = mkdtempSync(join(tmpdir(), 'nixstead-known-hosts-'));
const publicKey = new Map<string, Buffer>();

/** The base64 column of a fresh key. */
function makeKey(name: string, type: string): void {
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', join(folder, name)]);
  publicKey.set(name, Buffer.from(readFileSync(join(folder, `${name}.pub`), 'utf8').split(' ')[1] ?? '', 'base64'));
}

beforeAll(() => {
  makeKey('one', 'ed25519');
  makeKey('two', 'ed25519');
  makeKey('rsa', 'rsa');
});
afterAll(() => rmSync(folder, { recursive: true }));

const key = (name: string): Buffer => publicKey.get(name) ?? Buffer.alloc(0);
const column = (name: string): string => `${hostKeyType(key(name))} ${key(name).toString('base64')}`;

/** True where OpenSSH finds the name in a file of this text. */
function isFoundByOpenSsh(text: string, name: string): boolean {
  const file = join(folder, 'oracle');
  writeFileSync(file, text);
  return spawnSync('ssh-keygen', ['-F', name, '-f', file]).status === 0;
}

test('a fingerprint and a type are those that ssh-keygen prints', () => {
  for (const name of ['one', 'rsa']) {
    const line = execFileSync('ssh-keygen', ['-lf', join(folder, `${name}.pub`)], { encoding: 'utf8' });
    expect(line.split(' ')[1]).toBe(fingerprint(key(name)));
  }
  expect(hostKeyType(key('one'))).toBe('ssh-ed25519');
  expect(hostKeyType(Buffer.from('no key'))).toBe('');
});

describe('names are matched as OpenSSH matches them', () => {
  const cases: [line: string, name: string][] = [
    ['nas', 'nas'],
    ['nas', 'nas2'],
    ['NAS', 'nas'],
    ['nas,192.168.1.5', '192.168.1.5'],
    ['[nas]:2222', '[nas]:2222'],
    ['[nas]:2222', 'nas'],
    ['nas', '[nas]:2222'],
    ['*.home', 'nas.home'],
    ['*.home', 'home'],
    ['*.home,!old.home', 'old.home'],
    ['!old.home,*.home', 'new.home'],
    ['n?s', 'nas'],
    ['n?s', 'ns'],
    ['*', 'anything'],
    ['fe80::1', 'fe80::1'],
    ['[fe80::1]:22', '[fe80::1]:22'],
  ];
  test.each(cases)('%s for %s', (names, name) => {
    const text = `${names} ${column('one')}\n`;
    expect(parseKnownHosts(text).some((entry) => speaksAbout(entry, name))).toBe(isFoundByOpenSsh(text, name));
  });

  test('hashed names', () => {
    const file = join(folder, 'hashed');
    writeFileSync(file, `nas ${column('one')}\n[nas]:2222 ${column('two')}\n`);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' });
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('|1|');
    const entries = parseKnownHosts(text);
    for (const name of ['nas', '[nas]:2222', 'other']) {
      expect(entries.some((entry) => speaksAbout(entry, name))).toBe(isFoundByOpenSsh(text, name));
    }
  });

  test('patterns full of stars', () => {
    const part = fc.stringMatching(/^[ab*?]{1,6}$/);
    const name = fc.stringMatching(/^[ab]{1,8}$/);
    fc.assert(
      fc.property(part, name, (pattern, host) => {
        const [entry] = parseKnownHosts(`${pattern} ${column('one')}`);
        const asRegExp = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(entry !== undefined && speaksAbout(entry, host)).toBe(asRegExp.test(host));
      }),
    );
  });
});

test('lines that make no sense are passed over, and the rest is read', () => {
  const text = [
    '# comment',
    '',
    'nas',
    'nas ssh-ed25519',
    'nas ssh-rsa AAAA',
    '@odd nas x y',
    `nas ${column('one')} me@pc`,
  ].join('\r\n');
  const entries = parseKnownHosts(text);
  expect(entries).toHaveLength(1);
  expect(entries[0]).toMatchObject({ names: ['nas'], keyType: 'ssh-ed25519', marker: null });
});

describe('a key that a host shows', () => {
  const nas = { host: 'nas', port: 22 };
  const judge = (text: string, address: { host: string; port: number | null }, name: string): string =>
    judgeHostKey(parseKnownHosts(text), address, key(name)).state;

  test('is known where a file holds it for this host', () => {
    expect(judge(`nas ${column('one')}\n`, nas, 'one')).toBe('known');
  });
  test('is unknown where no file speaks about the host', () => {
    expect(judge(`other ${column('one')}\n`, nas, 'one')).toBe('unknown');
    expect(judge('', nas, 'one')).toBe('unknown');
  });
  test('is changed where another one is held, with the old one to show', () => {
    const verdict = judgeHostKey(parseKnownHosts(`nas ${column('one')}\n`), nas, key('two'));
    expect(verdict).toEqual({ state: 'changed', known: [key('one')] });
  });
  test('is changed also when only its type is new, since an impostor could choose one', () => {
    expect(judge(`nas ${column('rsa')}\n`, nas, 'one')).toBe('changed');
  });
  test('is known by one of several keys', () => {
    expect(judge(`nas ${column('one')}\nnas ${column('rsa')}\n`, nas, 'rsa')).toBe('known');
  });
  test('is revoked although another line holds it', () => {
    expect(judge(`nas ${column('one')}\n@revoked * ${column('one')}\n`, nas, 'one')).toBe('revoked');
  });
  test('is not vouched for by a line about certificates', () => {
    expect(judge(`@cert-authority nas ${column('one')}\n`, nas, 'one')).toBe('unknown');
  });
  test('on another port is known by the bare name, and changed only by its own', () => {
    const other = { host: 'nas', port: 2222 };
    expect(judge(`nas ${column('one')}\n`, other, 'one')).toBe('known');
    expect(judge(`nas ${column('one')}\n`, other, 'two')).toBe('unknown');
    expect(judge(`[nas]:2222 ${column('one')}\n`, other, 'two')).toBe('changed');
  });
});

describe('a pinned key', () => {
  test('is found by us and by OpenSSH', async () => {
    const file = join(folder, 'pinned');
    await pinHostKey(file, { host: 'NAS.home', port: 2222 }, key('one'));
    await pinHostKey(file, { host: '192.168.1.5', port: 22 }, key('two'));
    const entries = await readKnownHosts([file, join(folder, 'missing')]);
    expect(judgeHostKey(entries, { host: 'nas.home', port: 2222 }, key('one')).state).toBe('known');
    expect(isFoundByOpenSsh(readFileSync(file, 'utf8'), '[nas.home]:2222')).toBe(true);
    expect(isFoundByOpenSsh(readFileSync(file, 'utf8'), '192.168.1.5')).toBe(true);
  });
  test('does not run into a last line without its end', async () => {
    const file = join(folder, 'unfinished');
    writeFileSync(file, knownHostLine({ host: 'a', port: 22 }, key('one')).trimEnd());
    await pinHostKey(file, { host: 'b', port: 22 }, key('two'));
    expect(parseKnownHosts(readFileSync(file, 'utf8'))).toHaveLength(2);
  });
  test('is written under the name that known_hosts uses', () => {
    expect(knownHostName({ host: 'Nas', port: 22 })).toBe('nas');
    expect(knownHostName({ host: 'nas', port: 2222 })).toBe('[nas]:2222');
    expect(knownHostName({ host: 'alias', port: null })).toBe('alias');
  });
});
