import { describe, expect, it } from 'vitest';
import { packageChanges } from '../../../../electron/engine/inputs/compare-systems.ts';
import { inputsOfLock } from '../../../../electron/engine/inputs/list-inputs.ts';
import { lockChanges } from '../../../../electron/engine/inputs/lock-changes.ts';

const now = Date.parse('2026-11-28');
const day = 24 * 60 * 60;
const github = (repo: string, rev: string, ref?: string) => ({
  locked: { type: 'github', owner: 'o', repo, rev, lastModified: now / 1000 - 90 * day, narHash: `sha256-${rev}` },
  original: { type: 'github', owner: 'o', repo, ref },
});

const lock = (nodes: Record<string, unknown>): string => JSON.stringify({ version: 7, root: 'root', nodes });
const usual = lock({
  root: { inputs: { nixpkgs: 'nixpkgs', disko: 'disko', dotfiles: 'dotfiles' } },
  nixpkgs: github('nixpkgs', 'aaa', 'nixos-24.05'),
  disko: { ...github('disko', 'bbb'), inputs: { nixpkgs: ['nixpkgs'], lib: 'lib' } },
  lib: { ...github('lib', 'ccc'), inputs: { systems: ['disko', 'systems'] } },
  dotfiles: {
    flake: false,
    locked: { type: 'path', path: '/d', narHash: 'sha256-x' },
    original: { type: 'path', path: '/d' },
  },
});
const summary = (text: string) =>
  inputsOfLock(text, now).map(({ path, source, follows, locked }) => [
    path.join('/'),
    source ?? follows?.join('/'),
    locked?.revision ?? null,
  ]);

describe('the inputs of a lock', () => {
  it('stand with those of inputs below them, each with its source or what it follows', () => {
    expect(summary(usual)).toEqual([
      ['nixpkgs', 'github:o/nixpkgs/nixos-24.05', 'aaa'],
      ['disko', 'github:o/disko', 'bbb'],
      ['disko/nixpkgs', 'nixpkgs', null],
      ['disko/lib', 'github:o/lib', 'ccc'],
      ['disko/lib/systems', 'disko/systems', null],
      ['dotfiles', 'path:/d', null],
    ]);
  });
  it('tell a release that gets no updates, plain files and how old they are', () => {
    const [nixpkgs, disko, , , , dotfiles] = inputsOfLock(usual, now);
    expect(nixpkgs).toMatchObject({
      isNixpkgs: true,
      release: { name: '24.05', isOver: true, endedOn: '2024-12-31' },
      locked: { lastModified: now - 90 * day * 1000 },
    });
    expect(disko).toMatchObject({ isNixpkgs: false, release: null, isFlake: true });
    expect(dotfiles).toMatchObject({ isFlake: false, locked: { revision: null, lastModified: null } });
  });
  it('end where a lock goes round in a circle, names what is not there, or has names of objects', () => {
    const circle = lock({
      root: { inputs: { a: 'a', b: 'gone', constructor: 'constructor' } },
      a: { ...github('a', 'aaa'), inputs: { again: 'a' } },
    });
    expect(summary(circle)).toEqual([
      ['a', 'github:o/a', 'aaa'],
      ['a/again', 'github:o/a', 'aaa'],
      ['b', undefined, null],
      ['constructor', undefined, null],
    ]);
    expect(inputsOfLock('{', now)).toEqual([]);
    expect(inputsOfLock(null, now)).toEqual([]);
  });
});

describe('how two locks differ', () => {
  it('is told per input: another revision, new, gone, or another one that it follows', () => {
    const after = lock({
      root: { inputs: { nixpkgs: 'nixpkgs', disko: 'disko', extra: 'extra' } },
      nixpkgs: github('nixpkgs', 'zzz', 'nixos-24.05'),
      disko: { ...github('disko', 'bbb'), inputs: { nixpkgs: 'nixpkgs', lib: ['extra'] } },
      extra: github('extra', 'eee'),
    });
    const told = lockChanges(inputsOfLock(usual, now), inputsOfLock(after, now)).map((change) => [
      change.path.join('/'),
      change.before?.revision ?? change.before?.url ?? change.followed?.join('/') ?? null,
      change.after?.revision ?? change.follows?.join('/') ?? null,
    ]);
    expect(told).toEqual([
      ['nixpkgs', 'aaa', 'zzz'],
      ['disko/nixpkgs', 'nixpkgs', 'zzz'],
      ['disko/lib', 'ccc', 'extra'],
      ['extra', null, 'eee'],
      ['disko/lib/systems', 'disko/systems', null],
      ['dotfiles', 'path:/d', null],
    ]);
    expect(lockChanges(inputsOfLock(usual, now), inputsOfLock(usual, now))).toEqual([]);
  });
});

describe('how two systems differ', () => {
  const drv = (name: string): string => `/nix/store/0123456789abcdfghijklmnpqrsvwxyz-${name}.drv`;
  it('is told by the packages whose versions do, sources and patches left out', () => {
    const before = ['linux-6.12.58', 'openssl-3.4.2', 'openssl-3.5.1', 'gone-1', 'unit-nginx.service', 'same-2.0'];
    const after = ['linux-6.12.61', 'openssl-3.5.4', 'new-2', 'unit-nginx.service', 'same-2.0', 'linux-6.12.61.tar.xz'];
    expect(packageChanges(before.map(drv), after.map(drv))).toEqual([
      { name: 'gone', before: ['1'], after: [] },
      { name: 'linux', before: ['6.12.58'], after: ['6.12.61'] },
      { name: 'new', before: [], after: ['2'] },
      { name: 'openssl', before: ['3.4.2', '3.5.1'], after: ['3.5.4'] },
    ]);
  });
});
