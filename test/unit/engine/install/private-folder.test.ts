import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { PrivateFolder } from '../../../../electron/engine/install/private-folder.ts';
import { nixSshOptions } from '../../../../electron/engine/nix/ssh-options.ts';

test('nix can be given the files of a data folder with a space, as that of a Mac is; all of it is wiped', () => {
  const parent = mkdtempSync(join(tmpdir(), 'nixstead-private-'));
  onTestFinished(() => rmSync(parent, { recursive: true }));
  const folder = join(parent, 'Application Support', 'install');
  const secret = PrivateFolder.open(folder);
  const words = [secret.loginKey().file, secret.knownHosts(null)];
  expect(nixSshOptions(words)).toBe(words.join(' '));
  expect(readFileSync(join(folder, 'login-key'), 'utf8')).toContain('PRIVATE KEY');
  // Another process finds the same.
  expect(PrivateFolder.open(folder).path).toBe(secret.path);
  secret.wipe();
  expect(existsSync(folder)).toBe(false);
  expect(lstatSync(secret.path, { throwIfNoEntry: false })).toBeUndefined();
});
