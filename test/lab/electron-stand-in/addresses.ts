/**
 * Chromium alone knows no `app://`, and a driver cannot answer for a scheme that it does not know. So the page's origin is
 * written as a host of https that exists nowhere, and translated back for everything that the app sees.
 */
const suffix = '.app.invalid';

/** What Chromium is given for an address of the app. */
export function toChromium(address: string): string {
  const url = new URL(address);
  return url.protocol === 'app:' ? `https://${url.host}${suffix}${url.pathname}${url.search}${url.hash}` : address;
}

/** What the app is told about an address of Chromium. */
export function fromChromium(address: string): string {
  const url = URL.parse(address);
  if (url?.protocol !== 'https:' || !url.host.endsWith(suffix)) return address;
  return `app://${url.host.slice(0, -suffix.length)}${url.pathname}${url.search}${url.hash}`;
}

/** The origin that Electron would name for a page at this address of Chromium. */
export function originOf(address: string): string {
  const url = URL.parse(fromChromium(address));
  return url && url.host !== '' ? `${url.protocol}//${url.host}` : 'null';
}
