import { describe, expect, it } from 'vitest';
import {
  ageWord,
  changeSides,
  hostsInOrder,
  hostsSentence,
  inputGroups,
  inputMarks,
  isHarmful,
  lockedWord,
} from '../../../../renderer/inputs/input-words.ts';
import { hostName } from '../../../../shared/contract/ids.ts';
import type { FlakeInput, HostComparison, LockedSource } from '../../../../shared/contract/inputs.ts';

const now = Date.parse('2026-11-28T12:00:00Z');
const day = 24 * 60 * 60 * 1000;
const locked = (age: number | null, more: Partial<LockedSource> = {}): LockedSource => ({
  ...{ url: 'u', revision: '0123456789abcdef', narHash: 'sha256-abcdefghij' },
  ...{ lastModified: age === null ? null : now - age * day, ...more },
});
const input = (path: string, more: Partial<FlakeInput> = {}): FlakeInput => ({
  ...{ path: path.split('/'), source: 'github:o/r', follows: null, locked: locked(3), isFlake: true, release: null },
  ...{ isNixpkgs: false, isPinned: false, place: null, ...more },
});
const host = (name: string, state: HostComparison['state'], build: HostComparison['build'] = null): HostComparison => ({
  ...{ host: hostName.parse(name), state, before: null, after: null, problem: null, build, buildProblem: null },
});
const words = (one: FlakeInput): string[] => inputMarks(one, now).map(({ word, tone }) => `${word} ${tone}`);

describe('an input', () => {
  it('stands with those of its inputs, by name', () => {
    const groups = inputGroups([input('b'), input('b/x'), input('a'), input('b/x/y')]);
    expect(groups.map(({ name, inner }) => [name, inner.map(({ path }) => path.join('/'))])).toEqual([
      ['a', []],
      ['b', ['b/x', 'b/x/y']],
    ]);
  });
  it('is marked where it is older than 60 days, more so where it is nixpkgs', () => {
    expect(words(input('a', { locked: locked(60) }))).toEqual([]);
    expect(words(input('a', { locked: locked(61) }))).toEqual(['old off']);
    expect(words(input('a', { locked: locked(61), isNixpkgs: true }))).toEqual(['old warn']);
    const release = { name: '24.05', isOver: true, endedOn: '2024-12-31' };
    expect(words(input('a', { release, isPinned: true }))).toEqual(['out of support bad', 'pinned off']);
    expect(words(input('a', { locked: null }))).toEqual(['not locked warn']);
    expect(words(input('a', { locked: null, follows: ['b'] }))).toEqual([]);
  });
  it('has what it is locked to, and how old that is, in a word', () => {
    expect([lockedWord(locked(1)), lockedWord(locked(1, { revision: null })), lockedWord(null)]).toEqual([
      '01234567',
      'abcdefgh',
      'not locked',
    ]);
    expect([0, 1, 94].map((age) => ageWord(locked(age), now))).toEqual(['today', '1 day', '94 days']);
    expect(ageWord(locked(null), now)).toBeNull();
  });
  it('changes from something to something', () => {
    const change = { path: ['a'], before: null, after: null, followed: null, follows: null };
    expect(changeSides({ ...change, after: locked(null) })).toEqual({ from: 'new', to: '01234567' });
    expect(changeSides({ ...change, followed: ['b', 'c'] })).toEqual({ from: 'follows b/c', to: 'removed' });
  });
});

describe('the hosts of a proposal', () => {
  it('are summed up in a sentence', () => {
    expect(hostsSentence([])).toBe('This flake has no hosts to compare.');
    expect(hostsSentence([host('a', 'same')])).toBe('None of 1 host changes.');
    const all = [host('a', 'changed', 'failed'), host('b', 'broken'), host('c', 'mended'), host('d', 'failing')];
    expect(hostsSentence(all)).toBe(
      '1 of 4 hosts changes, 1 evaluates again, 1 no longer evaluates, 1 did not evaluate before either, 1 cannot be built.',
    );
  });
  it('begin with those that need a look', () => {
    const hosts = [
      host('same', 'same'),
      host('b', 'changed'),
      host('broken', 'broken'),
      host('x', 'changed', 'failed'),
    ];
    expect(hostsInOrder(hosts).map(({ host: name }) => String(name))).toEqual(['x', 'broken', 'b', 'same']);
    expect(isHarmful(hosts)).toBe(true);
    expect(isHarmful([host('a', 'failing'), host('b', 'changed', 'built')])).toBe(false);
  });
});
