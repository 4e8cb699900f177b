import { expect, test } from 'vitest';
import { readNixWords, translateWords } from '../../../../electron/engine/nix-host/command.ts';

const places = { trees: new Map<string, string>(), store: null, outLink: null, lockFile: null };

test('folders that nix reads are named in references, in expressions and as files', () => {
  const args = ['eval', '--apply', 'f', 'git+file:///home/me/my%20fleet?dir=nix&shallow=1#nixosConfigurations.a'];
  const words = readNixWords(args);
  expect(words).toMatchObject({ trees: [{ path: '/home/me/my fleet', kind: 'git' }], subfolder: 'nix', store: null });
  const trees = new Map([['/home/me/my fleet', '/root/.cache/nixstead/trees/a-b']]);
  expect(translateWords(args, words, { ...places, trees })).toEqual([
    ...['eval', '--apply', 'f'],
    'git+file:///root/.cache/nixstead/trees/a-b?dir=nix&shallow=1#nixosConfigurations.a',
  ]);

  const expression = ['eval', '--impure', '--expr', '(builtins.getFlake "path:/home/me/plain").outputs'];
  expect(readNixWords(expression).trees).toEqual([{ path: '/home/me/plain', kind: 'folder' }]);
  const plain = new Map([['/home/me/plain', '/t/p']]);
  expect(translateWords(expression, readNixWords(expression), { ...places, trees: plain }).at(-1)).toBe(
    '(builtins.getFlake "path:/t/p").outputs',
  );

  const hive = ['eval', '--file', '/home/me/hive/hive.nix', ''];
  expect(readNixWords(hive).trees).toEqual([{ path: '/home/me/hive', kind: 'folder' }]);
  const hives = new Map([['/home/me/hive', '/t/h']]);
  expect(translateWords(hive, readNixWords(hive), { ...places, trees: hives })).toContain('/t/h/hive.nix');
});

test('a folder whose name begins like another one is not taken for it', () => {
  const args = ['eval', 'git+file:///a/fleet-2#x'];
  const trees = new Map([['/a/fleet', '/t/1']]);
  expect(translateWords(args, readNixWords(args), { ...places, trees })).toEqual(args);
});

test('what nix has in its store already is brought nowhere', () => {
  expect(readNixWords(['build', '/nix/store/x-a.drv^out']).trees).toEqual([]);
  expect(readNixWords(['eval', 'path:/nix/store/x-source?narHash=sha256-a%3D#.']).trees).toEqual([]);
  expect(readNixWords(['eval', 'github:owner/name#.']).trees).toEqual([]);
});

test('the store of another machine is reached through here, as whom and with what its address says', () => {
  const url = 'ssh-ng://admin@nas?remote-program=sudo%20-n%20nix-daemon';
  const args = ['copy', '--to', url, '/nix/store/x'];
  const words = readNixWords(args);
  const command = ['sudo', '-n', 'nix-daemon', '--stdio'];
  expect(words.store).toEqual({ url, host: 'nas', user: 'admin', command, takesUnsigned: false });
  expect(translateWords(args, words, { ...places, store: 'unix:///s' })).toEqual([
    'copy',
    '--to',
    'unix:///s',
    args[3],
  ]);
  expect(
    readNixWords(['copy', '--to', 'ssh-ng://root@new?remote-store=local%3Froot%3D%2Fmnt', 'x']).store,
  ).toMatchObject({
    command: ['nix-daemon', '--stdio', '--store', 'local?root=/mnt'],
  });
  expect(readNixWords(['build', '--store', 'ssh-ng://two', 'x']).store).toMatchObject({ host: 'two', user: null });
});

test('a store that is named in the older protocol, as nixos-anywhere does, takes what nobody has signed', () => {
  const url = 'ssh://root@new?remote-store=local%3Froot=%2Fmnt&compress=true';
  const args = ['copy', '--substitute-on-destination', '--to', url, '/nix/store/x'];
  const words = readNixWords(args);
  expect(words.store).toMatchObject({
    ...{ host: 'new', user: 'root' },
    command: ['nix-daemon', '--stdio', '--store', 'local?root=/mnt'],
  });
  expect(translateWords(args, words, { ...places, store: 'unix:///s' })).toEqual([
    ...['copy', '--substitute-on-destination', '--to', 'unix:///s', '/nix/store/x', '--no-check-sigs'],
  ]);
  const build = ['build', '--store', 'ssh://root@new', 'x'];
  expect(translateWords(build, readNixWords(build), { ...places, store: 'unix:///s' })).toHaveLength(4);
});

test('a link to a result is made there, and where it leads is printed', () => {
  const args = ['build', '--out-link', '/job/systems/nas', '/nix/store/x.drv^out'];
  const words = readNixWords(args);
  expect(words.outLink).toBe('/job/systems/nas');
  expect(translateWords(args, words, { ...places, outLink: '/r/1' })).toEqual([
    ...['build', '--out-link', '/r/1', '/nix/store/x.drv^out', '--print-out-paths'],
  ]);
});

test('a lock file in place of the flake’s own is another file there; writing one is known', () => {
  const args = ['eval', '--reference-lock-file', '/tmp/new.lock', 'git+file:///f#.'];
  const words = readNixWords(args);
  expect([words.lockFile, words.isLocking]).toEqual(['/tmp/new.lock', false]);
  expect(translateWords(args, words, { ...places, lockFile: '/r/l.lock' })).toContain('/r/l.lock');
  expect(
    readNixWords(['--extra-experimental-features', 'flakes', 'flake', 'update', '--flake', 'path:/f']).isLocking,
  ).toBe(true);
});
