import { describe, expect, it } from 'vitest';
import { allowedExternalUrl } from '../../../../shared/doors/external-links.ts';

describe('addresses opened outside the app', () => {
  it('may be those of the sites that the app links to', () => {
    expect(allowedExternalUrl('https://nixos.org/manual/nixos/stable/')).toBe('https://nixos.org/manual/nixos/stable/');
  });

  it.each([
    'http://nixos.org/',
    'https://nixos.org.example/',
    'https://example.org/?https://nixos.org/',
    'https://user:password@nixos.org/',
    'https://nixos.org@example.org/',
    'https://nixos.org:8443/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'smb://nixos.org/share',
    'ssh://nixos.org',
    'nixos.org',
    '',
  ])('may not be %s', (address) => {
    expect(allowedExternalUrl(address)).toBeNull();
  });
});
