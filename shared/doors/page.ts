/**
 * The page's Content-Security-Policy, the same behind every door. `style-src` needs 'unsafe-inline' because the terminal
 * and the code editor set styles from script. `connect` names what else than its own origin the page may talk to.
 */
export function contentSecurityPolicy(connect: readonly string[] = []): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    ["connect-src 'self'", ...connect].join(' '),
    "img-src 'self' data:",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Headers that go with every answer of a door, a refusal included. */
export function pageHeaders(connect: readonly string[] = []): Record<string, string> {
  return {
    'content-security-policy': contentSecurityPolicy(connect),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), usb=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
}

const contentTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
};

export function contentTypeOf(path: string): string {
  return contentTypes[path.slice(path.lastIndexOf('.') + 1).toLowerCase()] ?? 'application/octet-stream';
}

/** Vite puts a hash of the content into the names below `assets/`; everything else is asked for again. */
export function cacheControlOf(path: string): string {
  return path.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
}

/**
 * The file of the page's bundle that a URL path means, as a relative path with forward slashes, or null where it is not
 * one plain name below the other: dot segments, empty segments, backslashes, control characters, drive letters, broken
 * or doubled percent-encoding. The path is expected as it was sent, not yet decoded.
 */
export function bundlePath(urlPath: string): string | null {
  if (!urlPath.startsWith('/')) return null;
  const [rawPath = ''] = urlPath.split(/[?#]/, 1);
  const path = decodeOnce(rawPath);
  if (path === '/') return 'index.html';
  const segments = path?.slice(1).split('/') ?? [];
  return segments.length > 0 && segments.every(isPlainName) ? segments.join('/') : null;
}

function decodeOnce(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Names that a build produces; anything that a file system could read as more than a name is none. */
function isPlainName(segment: string): boolean {
  return /^[A-Za-z0-9_@-][A-Za-z0-9._@ -]*$/.test(segment) && !segment.endsWith('.') && segment.length <= 200;
}
