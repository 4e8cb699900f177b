import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDeployableName, whyNameIsRefused } from '../../../../shared/fleet/host-name.ts';

describe('names that may be deployed', () => {
  it.each(['nas', 'NAS', 'rpi4-a', 'web_1', '1', 'nas.home.example', 'a'.repeat(63), 'x--y'])('takes %s', (name) => {
    expect(whyNameIsRefused(name)).toBeNull();
  });

  it.each([
    ['', /empty/],
    ['a;reboot', /‘;’/],
    ['$(x)', /‘\$’/],
    ['-oProxyCommand=x', /option/],
    ['../x', /‘\/’/],
    ['..', /dot/],
    ['.hidden', /dot/],
    ['nas.', /dot/],
    ['a..b', /dot/],
    ['a b', /a space/],
    ['a\nb', /control character U\+000A/],
    ['a\u0000b', /control character U\+0000/],
    ['_shared', /begins or ends/],
    ['web-', /begins or ends/],
    ['nas.-x', /begins or ends/],
    ['größe', /‘ö’/],
    ['🦊', /‘🦊’/],
    ['a'.repeat(64), /64 characters/],
    ['x'.repeat(300), /300 characters long/],
  ])('refuses %j and says why', (name, reason) => {
    expect(whyNameIsRefused(name)).toMatch(reason);
  });

  it('never lets a character through that a shell, a path or an option parser could act on', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (name) => {
        if (isDeployableName(name)) expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/);
      }),
      { numRuns: 5000 },
    );
  });

  it('takes every name that the NixOS option networking.hostName takes', () => {
    const inside = fc.string({ unit: fc.constantFrom(...'abzAZ059_-'), maxLength: 61 });
    const edge = fc.constantFrom(...'azAZ09');
    fc.assert(fc.property(edge, inside, edge, (first, rest, last) => isDeployableName(first + rest + last)));
  });
});
