import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ProblemError } from '../../../../electron/engine/errors.ts';
import { makeKey } from '../../../../electron/engine/ssh/make-key.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nixstead-key-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a key is made once, for its owner alone, and is what OpenSSH takes it for', () => {
  const file = join(folder, 'key');
  // What a run left that was ended in mid-way is no key.
  writeFileSync(`${file}.new`, 'half');
  const line = makeKey(file, 'somebody');
  expect(line).toMatch(/^ssh-ed25519 [A-Za-z0-9+/]{68} somebody$/);
  expect(execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' }).trim()).toBe(line);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const before = readFileSync(file);
  expect(makeKey(file, 'another')).toBe(line);
  expect(readFileSync(file)).toEqual(before);
});

test('where none can be made, it is said with the reason', () => {
  const attempt = (): string => makeKey(join(folder, 'missing', 'key'), 'somebody');
  expect(attempt).toThrow(ProblemError);
  expect(attempt).toThrow(/No SSH key could be made/);
});
