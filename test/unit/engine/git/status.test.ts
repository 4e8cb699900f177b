import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gitDiffHash } from '../../../../electron/engine/git/diff-hash.ts';
import { gitHead } from '../../../../electron/engine/git/head.ts';
import { workTreeRoot } from '../../../../electron/engine/git/root.ts';
import { gitStatus } from '../../../../electron/engine/git/status.ts';
import { ProblemError } from '../../../../electron/engine/errors.ts';

let folder: string;
const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'init.defaultBranch=main'];
const run = (...argv: string[]) => execFileSync('git', [...identity, ...argv], { cwd: folder, encoding: 'utf8' });
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const hashNow = () => gitDiffHash({ cwd: folder });

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'nixstead git ')));
  run('init', '-q', '.');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the state of a work tree', () => {
  it('is read from a repository without a commit', async () => {
    write('flake.nix', '{ }');
    expect(await gitStatus({ cwd: folder })).toEqual({
      branch: 'main',
      revision: null,
      changed: [],
      untracked: ['flake.nix'],
      unmerged: [],
    });
    expect(await gitHead({ cwd: folder })).toBeNull();
  });

  it('names changed, renamed, new and conflicting files whatever is in their names', async () => {
    write('a b\n"c', '1');
    write('old', 'a file that will get another name');
    write('both', 'base');
    run('add', '-A');
    run('commit', '-qm', 'first');
    run('checkout', '-qb', 'other');
    write('both', 'theirs');
    run('commit', '-qam', 'theirs');
    run('checkout', '-q', 'main');
    write('both', 'ours');
    run('commit', '-qam', 'ours');
    expect(() => run('merge', '-q', 'other')).toThrow();
    write('a b\n"c', '2');
    run('mv', 'old', 'new name');
    write('ünseen', 'x');
    const status = await gitStatus({ cwd: folder });
    expect(status.branch).toBe('main');
    expect(status.revision).toBe(run('rev-parse', 'HEAD').trim());
    expect(status.changed.toSorted()).toEqual(['a b\n"c', 'new name']);
    expect(status.untracked).toEqual(['ünseen']);
    expect(status.unmerged).toEqual(['both']);
  });

  it('has no branch on a detached head', async () => {
    write('x', '1');
    run('add', '-A');
    run('commit', '-qm', 'first');
    run('checkout', '-q', '--detach');
    expect(await gitStatus({ cwd: folder })).toMatchObject({ branch: null, revision: run('rev-parse', 'HEAD').trim() });
  });

  it('is git’s own error where a folder is no repository', async () => {
    rmSync(join(folder, '.git'), { recursive: true });
    const error: unknown = await gitStatus({ cwd: folder }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({
      problem: { code: 'git-failed', evidence: expect.stringContaining('not a git') as string },
    });
  });

  it('runs no program that the opened folder’s own configuration names', async () => {
    write('tell', '#!/bin/sh\ntouch ran\n');
    execFileSync('chmod', ['+x', join(folder, 'tell')]);
    run('config', 'core.fsmonitor', join(folder, 'tell'));
    expect((await gitStatus({ cwd: folder })).untracked).toEqual(['tell']);
  });
});

describe('the hash of what differs from the last commit', () => {
  it('changes with tracked files and with those added with intent, not with untracked ones', async () => {
    write('flake.nix', '{ }');
    const empty = await hashNow();
    run('add', 'flake.nix');
    const staged = await hashNow();
    expect(staged).not.toBe(empty);
    run('commit', '-qm', 'first');
    const clean = await hashNow();
    write('new.nix', '{ }');
    expect(await hashNow()).toBe(clean);
    run('add', '-N', 'new.nix');
    const intended = await hashNow();
    expect(intended).not.toBe(clean);
    write('new.nix', '{ a = 1; }');
    expect(await hashNow()).not.toBe(intended);
  });

  it('sees a change of mode and a change that was staged and undone in the work tree', async () => {
    write('script', 'x');
    run('add', '-A');
    run('commit', '-qm', 'first');
    const clean = await hashNow();
    execFileSync('chmod', ['+x', join(folder, 'script')]);
    expect(await hashNow()).not.toBe(clean);
    execFileSync('chmod', ['-x', join(folder, 'script')]);
    expect(await hashNow()).toBe(clean);
  });

  it('counts files that git was told to take for unchanged, since nix reads them as they lie there', async () => {
    write('plain', '1');
    run('add', '-A');
    run('commit', '-qm', 'first');
    write('secret', '1');
    run('add', '--intent-to-add', 'secret');
    run('update-index', '--assume-unchanged', 'secret');
    run('update-index', '--skip-worktree', 'plain');
    for (const file of ['secret', 'plain']) {
      const before = await hashNow();
      expect(await hashNow()).toBe(before);
      write(file, 'another text');
      expect(await hashNow(), file).not.toBe(before);
    }
    rmSync(join(folder, 'plain'));
    expect(await hashNow()).not.toBe('');
  });

  it('counts what differs inside a submodule', async () => {
    run('init', '-q', 'parts');
    write('parts/a', '1');
    run('-C', 'parts', 'add', 'a');
    run('-C', 'parts', 'commit', '-qm', 'inside');
    run('add', 'parts');
    run('commit', '-qm', 'outside');
    const clean = await hashNow();
    write('parts/a', '2');
    const changed = await hashNow();
    expect(changed).not.toBe(clean);
    write('parts/a', '3');
    expect(await hashNow()).not.toBe(changed);
    write('parts/a', '1');
    expect(await hashNow()).toBe(clean);
    rmSync(join(folder, 'parts'), { recursive: true });
    expect(await hashNow()).not.toBe(clean);
  });
});

it('the top of a work tree is found from below, in a worktree too', () => {
  write('x', '1');
  run('add', '-A');
  run('commit', '-qm', 'first');
  const second = join(folder, 'second tree');
  run('worktree', 'add', '-qb', 'second', second);
  expect(workTreeRoot(join(folder, 'a', 'b'))).toBe(folder);
  expect(workTreeRoot(second)).toBe(second);
  expect(workTreeRoot('/')).toBeNull();
});
