/** The scheme of the window's page: standard and secure, so that it has an origin of its own (never file://). */
export const appScheme = 'app';

/** The one host below the scheme. */
export const appHost = 'nixstead';

/** The page's origin, as the browser engine writes it. */
export const appOrigin = `${appScheme}://${appHost}`;

/** What a window loads. */
export const pageUrl = `${appOrigin}/`;

/** Whether an address is the page itself, whatever its fragment: where a reload leads. */
export function isPageUrl(address: string): boolean {
  const url = URL.parse(address);
  return url?.protocol === `${appScheme}:` && url.host === appHost && url.pathname === '/' && url.search === '';
}
