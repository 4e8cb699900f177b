import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAddress, whyPortIsRefused, whyUserIsRefused } from '../../../../shared/fleet/target-rules.ts';

describe('addresses', () => {
  it.each([
    ['10.0.0.1', 'ipv4', '10.0.0.1'],
    ['nas', 'name', 'nas'],
    ['nas.home.example.', 'name', 'nas.home.example.'],
    ['_gateway', 'name', '_gateway'],
    ['my_alias-2', 'name', 'my_alias-2'],
    ['fe80::1%eth0', 'ipv6', 'fe80::1%eth0'],
    ['[2001:db8::1]', 'ipv6', '2001:db8::1'],
    ['::', 'ipv6', '::'],
    ['::ffff:10.0.0.1', 'ipv6', '::ffff:10.0.0.1'],
  ] as const)('takes %s', (text, kind, host) => {
    expect(readAddress(text)).toEqual({ ok: true, kind, host });
  });

  it.each([
    ['', /empty/],
    ['-oProxyCommand=touch /tmp/x', /option/],
    ['root@10.0.0.1', /user has a field/],
    ['ssh://nas', /URL/],
    ['10.0.0.300', /0 to 255/],
    ['10.0.0.1:2222', /port has a field/],
    ['nas;reboot', /‘;’/],
    ['a b', /‘ ’/],
    ['$(x)', /‘\$’/],
    ['fe80::1%$(x)', /interface/],
    ['1::2::3', /‘:’/],
    ['nas..home', /part/],
    ['x'.repeat(300), /300 characters/],
  ])('refuses %j and says why', (text, reason) => {
    const address = readAddress(text);
    expect(address.ok ? '' : address.reason).toMatch(reason);
  });

  it('agrees with Node on what an IPv4 or IPv6 address is', () => {
    const almost = fc.string({ unit: fc.constantFrom(...'0123456789abcf:.'), maxLength: 24 });
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), almost), (text) => {
        const address = readAddress(text);
        const version = address.ok && address.kind !== 'name' ? (address.kind === 'ipv4' ? 4 : 6) : 0;
        expect(version).toBe(isIP(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('hands nothing to ssh that could be an option or more than one word', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const address = readAddress(text);
        if (address.ok) expect(address.host).toMatch(/^[A-Za-z0-9_:][A-Za-z0-9_.:%-]*$/);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('users and ports', () => {
  it.each(['root', 'nixos', 'deploy_1', 'first.last', 'machine$'])('takes the user %s', (user) => {
    expect(whyUserIsRefused(user)).toBeNull();
  });
  it.each(['', '-l', 'a b', 'root;x', '$(x)', 'a@b', 'x'.repeat(65)])('refuses the user %j', (user) => {
    expect(whyUserIsRefused(user)).not.toBeNull();
  });
  it('takes ports from 1 to 65535', () => {
    expect([1, 22, 65535].map(whyPortIsRefused)).toEqual([null, null, null]);
    for (const port of [0, -1, 65536, 22.5, Number.NaN]) expect(whyPortIsRefused(port)).toMatch(/not a port/);
  });
});
