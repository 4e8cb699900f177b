import { describe, expect, it } from 'vitest';
import { proposeMessage } from '../../../../renderer/files/commit-message.ts';
import { filterFiles, foldersToClose, treeRows } from '../../../../renderer/files/file-tree.ts';
import {
  branchRows,
  commitRefusal,
  pullRefusal,
  pushRefusal,
  standing,
  treeNotices,
} from '../../../../renderer/files/git-words.ts';
import type { GitFile, GitState } from '../../../../shared/contract/git.ts';

const file = (name: string, state: GitFile['state'] = 'modified', staged: GitFile['staged'] = 'yes'): GitFile => ({
  ...{ file: name, state, staged, isUnseen: false },
});
const tree: GitState = {
  ...{ branch: 'main', revision: 'a', upstream: null, ahead: 0, behind: 0, operation: null },
  ...{ identity: 'A <a@b>', files: [file('flake.nix')], changedOutside: 0, remotes: [], fetchedAt: null },
};

describe('the tree of files', () => {
  const files = ['flake.nix', 'hosts/b/default.nix', 'hosts/a10.nix', 'hosts/a9.nix'];
  it('has folders first, numbers in their order, and nothing of a closed folder', () => {
    expect(treeRows(files, new Set()).map(({ path }) => path)).toEqual([
      ...['hosts', 'hosts/b', 'hosts/b/default.nix', 'hosts/a9.nix', 'hosts/a10.nix', 'flake.nix'],
    ]);
    expect(treeRows(files, new Set(['hosts'])).map(({ path }) => path)).toEqual(['hosts', 'flake.nix']);
  });
  it('of many files begins closed, but for the way to the one that is shown', () => {
    expect([...foldersToClose(files, null, 2)].sort()).toEqual(['hosts', 'hosts/b']);
    expect([...foldersToClose(files, 'hosts/a9.nix', 2)]).toEqual(['hosts/b']);
    expect(foldersToClose(files, null, 10).size).toBe(0);
  });
  it('is filtered by every word', () => {
    expect(filterFiles(files, 'DEF hosts')).toEqual(['hosts/b/default.nix']);
  });
});

describe('a proposed message', () => {
  it.each([
    [[], ''],
    [[file('hosts/nas/default.nix')], 'nas: change configuration'],
    [[file('hosts/nas/disko.nix', 'new')], 'nas: add disko.nix'],
    [[file('hosts/a/default.nix', 'new'), file('hosts/b/host.nix', 'new')], 'a and b: add configuration'],
    [[file('flake.nix'), file('flake.lock')], 'change flake.nix and flake.lock'],
    [[file('a', 'deleted'), file('b', 'new'), file('c')], 'change a and 2 more'],
  ])('for %j', (files, message) => expect(proposeMessage(files)).toBe(message));
});

describe('a commit', () => {
  it('is made of what is ticked, by somebody, with a message', () => {
    expect(commitRefusal(tree, 'x')).toBeNull();
    expect(commitRefusal(tree, ' ')).not.toBeNull();
    expect(commitRefusal({ ...tree, identity: null }, 'x')).not.toBeNull();
    expect(commitRefusal({ ...tree, files: [file('a', 'modified', 'no')] }, 'x')).not.toBeNull();
  });
  it('ends a merge when no conflict is left, and nothing else that git is in the middle of', () => {
    expect(commitRefusal({ ...tree, operation: 'merge', files: [] }, 'x')).toBeNull();
    expect(commitRefusal({ ...tree, operation: 'merge', files: [file('a', 'conflict')] }, 'x')).not.toBeNull();
    expect(commitRefusal({ ...tree, operation: 'rebase' }, 'x')).not.toBeNull();
  });
  it('is preceded by what is unusual', () => {
    expect(treeNotices(tree)).toEqual([]);
    const odd = treeNotices({ ...tree, branch: null, identity: null, files: [file('a', 'conflict')] });
    expect(odd.map(({ text }) => text)).toEqual([
      expect.stringContaining('detached'),
      expect.stringContaining('who you are'),
    ]);
    const [merge] = treeNotices({ ...tree, operation: 'merge', files: [file('a', 'conflict')] });
    expect(merge).toMatchObject({ tone: 'bad', text: 'A merge is not finished: 1 file is in conflict.' });
  });
});

describe('how a branch stands to its remote', () => {
  const tracked: GitState = { ...tree, upstream: 'origin/main', remotes: ['origin'] };
  it.each([
    [tracked, 'As origin/main', null, 'There is nothing to push.'],
    [{ ...tracked, ahead: 2, behind: 1 }, '2 ahead of, 1 behind origin/main', null, 'Pull first'],
    [{ ...tracked, ahead: 2 }, '2 ahead of origin/main', null, null],
    [{ ...tracked, upstream: null }, 'Not pushed yet', 'follows none', null],
    [tree, 'On this computer alone', 'follows none', null],
    [{ ...tracked, branch: null }, 'No branch is checked out', 'No branch', 'No branch'],
    [{ ...tracked, revision: null, upstream: null }, 'Not pushed yet', 'follows none', 'no commit'],
    [{ ...tracked, operation: 'merge' as const }, 'As origin/main', 'middle', 'nothing to push'],
  ])('is said in words, and what can be done about it (%#)', (state, words, pull, push) => {
    expect(standing(state)).toBe(words);
    for (const [reason, part] of [
      [pullRefusal(state), pull],
      [pushRefusal(state), push],
    ] as const) {
      if (part === null) expect(reason).toBeNull();
      else expect(reason).toContain(part);
    }
  });
  it('branches of a remote are listed where no own one follows them', () => {
    const about = { committedAt: 1, subject: 's' };
    const local = [{ name: 'main', isCurrent: true, upstream: 'o/main', isGone: false, ahead: 1, behind: 0, ...about }];
    const remote = ['o/main', 'o/Attic'].map((name) => ({ name, ...about }));
    expect(branchRows({ local, remote }, '').map(({ name, about: text }) => [name, text])).toEqual([
      ['main', '1 ahead · s'],
      ['o/Attic', 's'],
    ]);
    expect(branchRows({ local, remote }, ' attic').map(({ name }) => name)).toEqual(['o/Attic']);
  });
});
