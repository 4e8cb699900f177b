import { describe, expect, it } from 'vitest';
import { draftRefusal, keyWords, nameOfFolder, readPastedKeys } from '../../../../renderer/create/fleet-draft.ts';
import { hostRequest, readPort, readTags, type HostDraft } from '../../../../renderer/create/host-draft.ts';
import { matchingTimeZones } from '../../../../renderer/create/time-zones.ts';
import type { NewFleet } from '../../../../shared/fleet/template/options.ts';

const body = `AAAAC3NzaC1lZDI1NTE5AAAAI${'k'.repeat(43)}`;
const key = `ssh-ed25519 ${body} sam@laptop`;

describe('a new fleet', () => {
  it.each([
    ['~/homelab', 'homelab'],
    ['/srv/my fleet/', 'my fleet'],
    ['~', ''],
    ['', ''],
    ['..', ''],
  ])('in %j is called %j', (folder, name) => expect(nameOfFolder(folder)).toBe(name));

  it('knows keys by kind, end and comment', () => {
    expect(keyWords(key)).toEqual({ kind: 'ED25519', end: 'kkkkkkkkkkkk', comment: 'sam@laptop' });
    const chained = `sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t${'k'.repeat(60)}`;
    expect(keyWords(chained)).toMatchObject({ kind: 'ED25519 security key', comment: '' });
  });

  it('never takes a private key for a public one', () => {
    const pasted = `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n${key}\n# a comment\n\n`;
    expect(readPastedKeys(pasted)).toEqual({ keys: [key], bad: ['-----BEGIN OPENSSH PRIVATE KEY-----', body] });
  });

  it('says what is missing first', () => {
    const fleet: NewFleet = {
      ...{ name: 'a', layout: 'factory' as const, release: '26.05' },
      ...{ adminUser: 'sam', sshKeys: [], timeZone: 'UTC' },
    };
    expect(draftRefusal({ folder: ' ', fleet })).toMatch(/folder/);
    expect(draftRefusal({ folder: '~/a', fleet: { ...fleet, name: '' } })).toMatch(/name/);
    expect(draftRefusal({ folder: '~/a', fleet })).toBeNull();
  });

  it('finds a time zone by its city', () => {
    const zones = ['America/New_York', 'Asia/Yerevan', 'Europe/Berlin', 'Europe/Busingen'];
    expect(matchingTimeZones(zones, 'new y', 5)).toEqual(['America/New_York']);
    expect(matchingTimeZones(zones, 'y', 1)).toEqual(['Asia/Yerevan']);
    expect(matchingTimeZones(zones, 'europe/b', 5)).toEqual(['Europe/Berlin', 'Europe/Busingen']);
  });
});

describe('a new host', () => {
  const draft: HostDraft = {
    ...{ name: ' nas ', type: 'server', system: 'x86_64-linux', address: 'nas.lan' },
    ...{ user: 'root', port: '', tags: '@web, db web', stateVersion: '26.05' },
  };
  it('is asked for as it was typed, without the space around it', () => {
    expect(hostRequest(draft)).toMatchObject({
      host: { name: 'nas', address: 'nas.lan', user: 'root', port: null, tags: ['web', 'db'] },
    });
  });
  it('that is not reached has neither user nor port', () => {
    expect(hostRequest({ ...draft, address: '', port: '22' })).toMatchObject({
      host: { address: null, user: null, port: null },
    });
  });
  it('is not asked for without a name or with a port that is none', () => {
    expect(hostRequest({ ...draft, name: '' })).toHaveProperty('refusal');
    expect(hostRequest({ ...draft, port: '70000' })).toHaveProperty('refusal');
    expect([readPort('22'), readPort(' '), readPort('0'), readPort('2x')]).toEqual([22, null, undefined, undefined]);
    expect(readTags('')).toEqual([]);
  });
});
