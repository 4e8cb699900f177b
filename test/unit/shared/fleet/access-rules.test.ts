import { describe, expect, it } from 'vitest';
import { readPublicKey, whyAdminIsRefused, whyTimeZoneIsRefused } from '../../../../shared/fleet/access-rules.ts';

const body = `AAAAC3NzaC1lZDI1NTE5AAAAI${'k'.repeat(43)}`;

describe('a public key', () => {
  it('is taken apart', () => {
    expect(readPublicKey(`ssh-ed25519 ${body} sam@laptop, the old one`)).toEqual({
      type: 'ssh-ed25519',
      body,
      comment: 'sam@laptop, the old one',
    });
  });
  it.each([
    ['cut at its end', `ssh-ed25519 ${body.slice(0, -3)}`],
    ['cut at its beginning', `ssh-ed25519 ${body.slice(4)}AAAA`],
    ['of another type than it says', `ssh-rsa ${body}`],
    ['of a type that nobody knows', `ssh-dss ${body}`],
    ['with options before it', `no-pty ssh-ed25519 ${body}`],
    ['of two lines', `ssh-ed25519 ${body} a\nssh-ed25519 ${body} b`],
    ['that is a private one', '-----BEGIN OPENSSH PRIVATE KEY-----'],
  ])('is refused where it is one %s', (_, line) => expect(readPublicKey(line)).toBeNull());
});

describe('the name of an admin', () => {
  it.each(['sam', '_build', 'a-b_c1', 'x'.repeat(31)])('may be %s', (user) =>
    expect(whyAdminIsRefused(user)).toBeNull(),
  );
  it.each(['', 'root', 'Sam', '1st', 'sam smith', 'sam.smith', 'säm', '-x', 'x'.repeat(32), 'a"; b = "'])(
    'may not be %j',
    (user) => expect(whyAdminIsRefused(user)).not.toBeNull(),
  );
});

describe('a time zone', () => {
  it.each(['Europe/Berlin', 'UTC', 'Asia/Kolkata', 'America/Argentina/Buenos_Aires', 'Etc/GMT+1'])(
    'may be %s',
    (zone) => expect(whyTimeZoneIsRefused(zone)).toBeNull(),
  );
  it.each(['', 'Europe', 'Europe/Nowhere', 'europe/berlin', '+01:00', '../etc/passwd', 'Europe/Berlin"'])(
    'may not be %j',
    (zone) => expect(whyTimeZoneIsRefused(zone)).not.toBeNull(),
  );
});
