import { expect, test } from 'vitest';
import { namesNixHost, nixHostOf, nixHostVariable } from '../../../../electron/engine/nix-host/address.ts';
import { tryNixHost } from '../../../../electron/engine/nix-host/try.ts';
import { findNix, findNixHere, nixHost } from '../../../../electron/engine/nix/nix-program.ts';

const of = (place: string) => nixHostOf(nixHostVariable(place));

test('a machine is named as a person names it', () => {
  expect(of('builder')).toEqual({ host: 'builder', user: null, port: null, options: [] });
  expect(of('root@builder:2222')).toMatchObject({ host: 'builder', user: 'root', port: 2222 });
  expect(of('me@[fd00::1]:22')).toMatchObject({ host: 'fd00::1', user: 'me', port: 22 });
  expect(namesNixHost('/usr/bin/nix')).toBe(false);
});

test.each(['', '-oProxyCommand=x', 'root@-x', '-x@host', 'host:0', 'host:99999', 'a b', 'root@host:x'])(
  '%j reaches no command',
  (place) => {
    expect(() => of(place)).toThrow('cannot be reached by this name');
  },
);

test('what needs nix here says so where it runs elsewhere, and nix that answers nowhere names the machine', async () => {
  const env = { ...process.env, NIXSTEAD_NIX: 'ssh://root@nobody.invalid' };
  expect(nixHost(env)).toBe('root@nobody.invalid');
  expect(nixHost({ NIXSTEAD_NIX: '/bin/nix' })).toBeNull();
  await expect(findNixHere(env)).rejects.toMatchObject({ problem: { code: 'nix-elsewhere' } });
  await expect(findNix({ ...env, NIXSTEAD_NIX: 'ssh://-x' })).rejects.toMatchObject({
    problem: { code: 'nix-host-refused' },
  });
});

test('Windows itself is told at once what works there, and no machine is asked', async () => {
  const env = { ...process.env, NIXSTEAD_NIX: 'ssh://root@nobody.invalid' };
  await expect(findNix(env, 'win32')).rejects.toMatchObject({ problem: { code: 'windows-without-wsl' } });
  const files = { folder: '', config: '', knownHosts: '', askpass: '', sudoSsh: '' };
  expect(await tryNixHost('root@nobody.invalid', undefined, files, undefined, 'win32')).toMatchObject({
    state: 'failed',
    problem: { code: 'windows-without-wsl' },
  });
});
