import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFleetFile, saveFleetFile } from '../../electron/engine/fleet/files/fleet-file.ts';
import { listFleetFiles } from '../../electron/engine/fleet/files/list-files.ts';
import { watchFleetFile } from '../../electron/engine/fleet/files/watch-file.ts';
import { committedFile } from '../../electron/engine/git/committed-file.ts';
import { git } from '../../electron/engine/git/core.ts';
import { discardChanges, restoreDiscarded } from '../../electron/engine/git/discard.ts';
import { gitOnFiles } from '../../electron/engine/git/on-files.ts';
import { workTreeState } from '../../electron/engine/git/work-tree-state.ts';

let top: string;
let cwd: string;
const write = (file: string, text: string): void => {
  mkdirSync(join(cwd, file, '..'), { recursive: true });
  writeFileSync(join(cwd, file), text);
};
const read = (file: string): string => readFileSync(join(cwd, file), 'utf8');
const run = (...argv: [string, ...string[]]) => git(argv, { cwd });
const code = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'done',
    (error: { problem?: { code: string } }) => error.problem?.code ?? error,
  );

beforeEach(async () => {
  top = mkdtempSync(join(tmpdir(), 'fleet-files-'));
  cwd = join(top, 'a fleet');
  mkdirSync(cwd);
  await git(['init', '--quiet', '--initial-branch=main'], { cwd: top });
  await git(['config', 'user.name', 'Somebody'], { cwd: top });
  await git(['config', 'user.email', 'somebody@example.invalid'], { cwd: top });
  write('flake.nix', '{ }\n');
  write('hosts/a b*/default.nix', '{ a = 1; }\n');
  await run('add', '.');
  await run('commit', '--quiet', '-m', 'first');
});
afterEach(() => rmSync(top, { recursive: true }));

const state = () => workTreeState({ cwd: top }, 'a fleet');
const entries = async () =>
  Object.fromEntries(
    (await state()).files.map(({ file, state, staged, isUnseen }) => [file, `${state} ${staged} ${isUnseen}`]),
  );

describe('the work tree around a fleet in a subfolder', () => {
  it('tells per file what is changed, staged and unseen, and counts what lies outside', async () => {
    write('flake.nix', '{ a = 1; }\n');
    await run('add', 'flake.nix');
    write('flake.nix', '{ a = 2; }\n');
    write('new.nix', '{ }\n');
    write('added.nix', '{ }\n');
    await run('add', '--intent-to-add', 'added.nix');
    rmSync(join(cwd, 'hosts/a b*/default.nix'));
    writeFileSync(join(top, 'outside.txt'), '');
    expect(await entries()).toEqual({
      'flake.nix': 'modified partly false',
      'new.nix': 'new no true',
      'added.nix': 'new no false',
      'hosts/a b*/default.nix': 'deleted no false',
    });
    expect(await state()).toMatchObject({
      branch: 'main',
      upstream: null,
      operation: null,
      identity: 'Somebody <somebody@example.invalid>',
      changedOutside: 1,
    });
  });

  it('says when the head is detached, and when a merge or a rebase stopped at a conflict', async () => {
    await run('checkout', '--quiet', '-b', 'other');
    write('flake.nix', '{ other = 1; }\n');
    await run('commit', '--quiet', '-am', 'other');
    await run('checkout', '--quiet', 'main');
    write('flake.nix', '{ main = 1; }\n');
    await run('commit', '--quiet', '-am', 'main');
    await git(['merge', 'other'], { cwd, expectedExitCodes: [1] });
    expect(await state()).toMatchObject({ operation: 'merge', files: [{ file: 'flake.nix', state: 'conflict' }] });
    await run('merge', '--abort');
    await git(['rebase', 'other'], { cwd, expectedExitCodes: [1] });
    expect(await state()).toMatchObject({ operation: 'rebase', files: [{ file: 'flake.nix', state: 'conflict' }] });
    await run('rebase', '--abort');
    await run('checkout', '--quiet', '--detach');
    expect(await state()).toMatchObject({ operation: null, branch: null });
  });

  it('takes a file’s name as it is, also where it would be a pattern', async () => {
    write('hosts/a bc/default.nix', '{ }\n');
    await gitOnFiles(['add', '--intent-to-add'], ['hosts/a bc/default.nix'], { cwd });
    write('hosts/a b*/default.nix', '{ a = 2; }\n');
    await gitOnFiles(['add', '--all'], ['hosts/a b*/default.nix'], { cwd });
    expect(await entries()).toEqual({
      'hosts/a b*/default.nix': 'modified yes false',
      'hosts/a bc/default.nix': 'new no false',
    });
    expect((await committedFile('hosts/a b*/default.nix', { cwd }))?.toString()).toBe('{ a = 1; }\n');
    expect(await committedFile('hosts/a bc/default.nix', { cwd })).toBeNull();
  });
});

describe('discarding changes', () => {
  it('puts back what was committed, removes what was not, and can be undone to the byte', async () => {
    write('flake.nix', '{ changed = "\r\n"; }');
    chmodSync(join(cwd, 'flake.nix'), 0o755);
    write('new.nix', 'new\n');
    write('known.nix', 'known\n');
    await run('add', '--intent-to-add', 'known.nix');
    rmSync(join(cwd, 'hosts/a b*/default.nix'));
    const before = await entries();
    const files = Object.keys(before);
    const undo = await discardChanges(files, { cwd });
    expect(await entries()).toEqual({});
    expect(read('flake.nix')).toBe('{ }\n');
    await restoreDiscarded(undo, { cwd });
    expect(await entries()).toEqual(before);
    expect(read('flake.nix')).toBe('{ changed = "\r\n"; }');
    expect(statSync(join(cwd, 'flake.nix')).mode & 0o777).toBe(0o755);
    expect(read('new.nix')).toBe('new\n');
  });

  it('is not undone over something newer', async () => {
    write('flake.nix', 'mine');
    const undo = await discardChanges(['flake.nix'], { cwd });
    write('flake.nix', 'newer');
    expect(await code(restoreDiscarded(undo, { cwd }))).toBe('file-changed');
    expect(read('flake.nix')).toBe('newer');
  });
});

describe('the files of a fleet', () => {
  it('are saved only over what they were made from, and keep their mode', async () => {
    chmodSync(join(cwd, 'flake.nix'), 0o755);
    const { hash } = await readFleetFile(cwd, 'flake.nix');
    const saved = await saveFleetFile(cwd, { file: 'flake.nix', text: '{ a = 1; }\n', hash });
    expect((await readFleetFile(cwd, 'flake.nix')).hash).toBe(saved.hash);
    expect(statSync(join(cwd, 'flake.nix')).mode & 0o777).toBe(0o755);
    expect(await code(saveFleetFile(cwd, { file: 'flake.nix', text: 'late', hash }))).toBe('file-changed');
    expect(await code(saveFleetFile(cwd, { file: 'flake.nix', text: 'late', hash: null }))).toBe('file-changed');
    await saveFleetFile(cwd, { file: 'hosts/new/default.nix', text: '{ }\n', hash: null });
    expect(read('hosts/new/default.nix')).toBe('{ }\n');
  });

  it('are never outside of its folder, nor git’s own', async () => {
    symlinkSync(tmpdir(), join(cwd, 'way-out'));
    symlinkSync(join(top, 'nowhere'), join(cwd, 'dangling'));
    for (const file of ['../x', '/etc/passwd', '.git/config', 'hosts/../../x', 'way-out/x', 'dangling', '']) {
      expect(await code(readFleetFile(cwd, file)), file).toBe('file-outside-fleet');
      expect(await code(saveFleetFile(cwd, { file, text: '', hash: null })), file).toBe('file-outside-fleet');
    }
  });

  it('that are no text are told apart', async () => {
    writeFileSync(join(cwd, 'picture'), Buffer.from([0x89, 0x50, 0]));
    writeFileSync(join(cwd, 'latin'), Buffer.from([0x61, 0xe4]));
    expect((await readFleetFile(cwd, 'picture')).text).toBeNull();
    expect((await readFleetFile(cwd, 'latin')).text).toBeNull();
  });

  it('are listed without what builds and git leave behind', async () => {
    symlinkSync('/nonexistent', join(cwd, 'result'));
    write('.direnv/x', '');
    write('.gitignore', '');
    expect(await listFleetFiles(cwd)).toEqual({
      files: ['.gitignore', 'flake.nix', 'hosts/a b*/default.nix'],
      isComplete: true,
    });
  });

  it('tell of changes by others, also by editors that put a new file in the place of the old one', async () => {
    const stop = new AbortController();
    const hashes = watchFleetFile(cwd, 'flake.nix', stop.signal);
    const first = (await hashes.next()).value?.hash;
    expect(first).toBe((await readFleetFile(cwd, 'flake.nix')).hash);
    write('other.nix', 'not this one');
    write('.swap', 'replaced');
    await rename(join(cwd, '.swap'), join(cwd, 'flake.nix'));
    expect((await hashes.next()).value?.hash).toBe((await readFleetFile(cwd, 'flake.nix')).hash);
    rmSync(join(cwd, 'flake.nix'));
    expect((await hashes.next()).value?.hash).toBeNull();
    stop.abort();
    expect((await hashes.next()).done).toBe(true);
  });
});
