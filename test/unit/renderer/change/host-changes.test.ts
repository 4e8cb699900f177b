import { describe, expect, test } from 'vitest';
import { mistakeIn } from '../../../../renderer/change/refusal-words.ts';
import { tagChange, tagCounts } from '../../../../renderer/change/tag-choice.ts';
import { draftOf, targetChange } from '../../../../renderer/change/target-change.ts';
import { aHost, named } from '../invented.ts';

describe('tags of several hosts', () => {
  const hosts = [aHost('nas', { tags: ['infra', 'storage'] }), aHost('db', { tags: ['infra'] })];
  const counts = tagCounts(hosts, ['web', 'infra']);

  test('those that a chosen host has come first, with how many have them', () => {
    expect(counts).toEqual([
      { name: 'infra', count: 2 },
      { name: 'storage', count: 1 },
      { name: 'web', count: 0 },
    ]);
  });

  test('what nobody touched is neither added nor removed, also where only some have it', () => {
    expect(tagChange(counts, 2, new Map(), [])).toEqual({ add: [], remove: [] });
  });

  test('a tick adds where one lacks it, and its removal takes away where one has it', () => {
    const ticked = new Map([
      ['infra', true],
      ['storage', true],
      ['web', false],
    ]);
    expect(tagChange(counts, 2, ticked, [])).toEqual({ add: ['storage'], remove: [] });
    expect(tagChange(counts, 2, new Map([['storage', false]]), [])).toEqual({ add: [], remove: ['storage'] });
  });

  test('a typed tag counts once, not where all have it, and not as one to be removed', () => {
    const ticked = new Map([['storage', false]]);
    expect(tagChange(counts, 2, ticked, ['new', 'new', 'infra', 'storage'])).toEqual({
      add: ['new', 'storage'],
      remove: [],
    });
  });
});

describe('a new target', () => {
  const now = { host: '10.0.0.5', user: 'admin', port: 2222 };

  test('holds only what is different, and an emptied field means none', () => {
    expect(targetChange(now, { ...draftOf(now), address: ' 10.0.0.6 ' })).toEqual({ target: { address: '10.0.0.6' } });
    expect(targetChange(now, { address: '10.0.0.5', user: '', port: '' })).toEqual({
      target: { address: '10.0.0.5', user: null, port: null },
    });
  });

  test('is not asked for without an address, with a port that is none, or where nothing is different', () => {
    for (const draft of [{ ...draftOf(now), address: ' ' }, { ...draftOf(now), port: '99999' }, draftOf(now)]) {
      expect(targetChange(now, draft)).toHaveProperty('refusal');
    }
    expect(targetChange(null, { address: 'nas.lan', user: '', port: '' })).toEqual({ target: { address: 'nas.lan' } });
  });
});

describe('a mistake', () => {
  const names = [named('nas'), named('db')];

  test('is told before anything is asked, with the field that it is in', () => {
    expect(mistakeIn({ kind: 'rename', name: 'nas', newName: 'db' }, names)).toEqual({
      what: 'host name',
      text: 'The host name is already taken.',
    });
    const target = { address: '10.0.0.1; reboot' };
    expect(mistakeIn({ kind: 'retarget', name: 'nas', target }, names)?.what).toBe('address');
    expect(mistakeIn({ kind: 'retag', names: ['nas'], add: ['${x}'], remove: [] }, names)?.what).toBe('tag');
  });

  test('is none where the change is well, or there is none yet', () => {
    expect(mistakeIn({ kind: 'rename', name: 'nas', newName: 'storage' }, names)).toBeNull();
    expect(mistakeIn(null, names)).toBeNull();
  });
});
