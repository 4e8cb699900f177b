/** Sites that the app links to; nothing else is ever opened in the user's browser. */
const allowedHosts: ReadonlySet<string> = new Set([
  'nixos.org',
  'search.nixos.org',
  'wiki.nixos.org',
  'discourse.nixos.org',
  'nix.dev',
  'github.com',
]);

/** The address in its normal form where it may be opened: https, a known host, no port, no credentials. Else null. */
export function allowedExternalUrl(address: string): string | null {
  const url = URL.parse(address);
  if (url?.protocol !== 'https:' || url.port !== '' || url.username !== '' || url.password !== '') return null;
  return allowedHosts.has(url.hostname) ? url.href : null;
}
