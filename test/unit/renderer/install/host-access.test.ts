import { describe, expect, it } from 'vitest';
import { accessOf, type AccessFields } from '../../../../renderer/install/host-access.ts';

const key = (letter: string, comment: string): string =>
  `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${letter.repeat(43)} ${comment}`;
const [fleets, laptop, phone] = [key('f', 'sam@desk'), key('l', 'sam@laptop'), key('p', 'phone')];
const suggested = (sshKeys: readonly string[] = [fleets], adminUser: string | null = 'sam') => ({
  common: { adminUser, sshKeys: [...sshKeys], timeZone: null },
  ownKeys: [
    { line: fleets, source: 'file' as const },
    { line: laptop, source: 'agent' as const },
  ],
});
const nothing: AccessFields = { user: null, chosen: null, pasted: '' };

describe('who logs in to a new host', () => {
  it('is the admin of the fleet with the keys of the fleet, and nothing is written for it', () => {
    const access = accessOf(suggested(), nothing);
    expect(access).toMatchObject({ user: 'sam', isFleetsAdmin: true, admin: null, refusal: null });
    expect(access.offered).toEqual([
      { line: fleets, source: 'fleet', isKept: true },
      { line: laptop, source: 'agent', isKept: false },
    ]);
    expect([...access.chosen]).toEqual([fleets]);
  });

  it('has this computer’s keys where the fleet has none', () => {
    expect(accessOf(suggested([]), nothing).admin).toEqual({ user: 'sam', sshKeys: [fleets, laptop] });
  });

  it('has what is chosen beside the keys of the fleet, each once, and those alone are written', () => {
    const chosen = new Set([laptop, fleets]);
    const { admin } = accessOf(suggested(), { ...nothing, chosen, pasted: `${phone}\n${laptop}\n` });
    expect(admin).toEqual({ user: 'sam', sshKeys: [laptop, phone] });
  });

  it('is another user with all of the keys that are ticked, also those of the fleet', () => {
    const other = { ...nothing, user: 'ada' };
    expect(accessOf(suggested(), other).admin).toEqual({ user: 'ada', sshKeys: [fleets] });
    const alone = accessOf(suggested(), { ...other, chosen: new Set([laptop]) });
    expect(alone.admin).toEqual({ user: 'ada', sshKeys: [laptop] });
    expect(alone.offered.every(({ isKept }) => !isKept)).toBe(true);
  });

  it('keeps a key that was pasted before in the list', () => {
    const { offered, admin } = accessOf(suggested(), { ...nothing, chosen: new Set([phone]) });
    expect(offered.at(-1)).toEqual({ line: phone, source: 'pasted', isKept: false });
    expect(admin?.sshKeys).toEqual([phone]);
  });

  it('is nobody in particular where the fleet does not tell, and nobody is named', () => {
    expect(accessOf(suggested([], null), nothing)).toMatchObject({ user: '', admin: null, refusal: null });
    const keyless = accessOf(suggested([], null), { ...nothing, chosen: new Set([laptop]) });
    expect(keyless.refusal).toMatch(/^Name the user/);
  });

  it.each<[Partial<AccessFields>, RegExp]>([
    [{ user: 'Ada' }, /‘Ada’ must begin with a small letter/],
    [{ user: 'ada', chosen: new Set() }, /^Choose a key with which ada/],
    [{ pasted: 'ssh-ed25519 AAAA' }, /pasted lines is not a public key/],
  ])('cannot be %o', (fields, words) =>
    expect(accessOf(suggested(), { ...nothing, ...fields }).refusal).toMatch(words),
  );
});
