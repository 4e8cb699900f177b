import { describe, expect, it } from 'vitest';
import {
  formatReference,
  isRevision,
  pinnedReference,
  unpinnedReference,
} from '../../../../shared/fleet/flake-reference.ts';

const rev = '0123456789abcdef0123456789abcdef01234567';

describe('a flake reference of a lock', () => {
  it.each([
    [{ type: 'github', owner: 'NixOS', repo: 'nixpkgs', ref: 'nixos-25.11' }, 'github:NixOS/nixpkgs/nixos-25.11'],
    [{ type: 'github', owner: 'NixOS', repo: 'nixpkgs', rev }, `github:NixOS/nixpkgs/${rev}`],
    [{ type: 'gitlab', owner: 'a', repo: 'b', host: 'git.x', dir: 'sub' }, 'gitlab:a/b?host=git.x&dir=sub'],
    [{ type: 'git', url: 'ssh://git@x/y.git', ref: 'main' }, 'git+ssh://git@x/y.git?ref=main'],
    [{ type: 'git', url: 'https://x/y?shallow=1', rev }, `git+https://x/y?shallow=1&rev=${rev}`],
    [{ type: 'path', path: '/etc/nixos' }, 'path:/etc/nixos'],
    [{ type: 'indirect', id: 'nixpkgs', ref: 'nixos-25.11' }, 'nixpkgs/nixos-25.11'],
    [{ type: 'tarball', url: 'https://x/a.tar.gz' }, 'https://x/a.tar.gz'],
    [{}, ''],
  ])('%j is written as a person writes it', (parts, text) => {
    expect(formatReference(parts)).toBe(text);
  });
});

describe('pinning', () => {
  it.each([
    ['github:o/r', `github:o/r/${rev}`, 'github:o/r'],
    ['github:o/r/main', `github:o/r/${rev}`, 'github:o/r'],
    ['github:o/r/main?dir=x', `github:o/r/${rev}?dir=x`, 'github:o/r?dir=x'],
    ['github:o/r?ref=main', `github:o/r/${rev}`, 'github:o/r'],
    ['git+https://x/y?ref=main', `git+https://x/y?ref=main&rev=${rev}`, 'git+https://x/y?ref=main'],
    ['git+file:///x', `git+file:///x?rev=${rev}`, 'git+file:///x'],
    ['nixpkgs', `nixpkgs/${rev}`, 'nixpkgs'],
    ['nixpkgs/nixos-25.11', `nixpkgs/nixos-25.11/${rev}`, 'nixpkgs/nixos-25.11'],
  ])('%s becomes %s, and without the revision %s', (url, pinned, free) => {
    expect(pinnedReference(url, rev)).toBe(pinned);
    expect(unpinnedReference(pinned)).toBe(free);
    expect(pinnedReference(pinned, rev)).toBe(pinned);
  });
  it.each(['path:/x', 'https://x/y.tar.gz', './sub'])('%s has no revisions', (url) => {
    expect(pinnedReference(url, rev)).toBeNull();
  });
  it.each(['github:o/r/main', 'git+https://x/y?ref=main', 'nixpkgs/nixos-25.11', 'path:/x'])(
    '%s names no revision',
    (url) => {
      expect(unpinnedReference(url)).toBeNull();
    },
  );
  it('takes whole commit hashes alone for revisions', () => {
    expect([rev, rev.slice(1), `${rev}0123456789abcdef01234567`, rev.toUpperCase()].map(isRevision)).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});
