import { isPageUrl, appOrigin } from './page-address.ts';
import type { ShellApp, ShellSession, ShellWebContents } from './electron-api.ts';

/**
 * Locks what every page in this app gets, before the first one exists: the operating system's sandbox for all renderers,
 * no way to another page, no second window, no webview (points 2, 4, 13 and 14 of Electron's security list).
 */
export function lockApp(app: Pick<ShellApp, 'enableSandbox' | 'on'>): void {
  app.enableSandbox();
  app.on('web-contents-created', (_event, contents) => lockContents(contents));
}

function lockContents(contents: ShellWebContents): void {
  for (const kind of ['will-navigate', 'will-frame-navigate', 'will-redirect'] as const) {
    contents.on(kind, (attempt) => {
      // A reload of our own page is the one navigation that a page may ask for.
      if (!(attempt.isMainFrame && isPageUrl(attempt.url))) attempt.preventDefault();
    });
  }
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-attach-webview', (event) => event.preventDefault());
}

/**
 * What the page may do with the computer: put text on the clipboard when a person presses Copy, and tell on the desktop
 * that a job is over. Nothing else.
 */
const grantedPermissions: ReadonlySet<string> = new Set(['clipboard-sanitized-write', 'notifications']);

/**
 * Refuses what Electron would grant by default (point 5), downloads of anything but the page's own texts, devices, and the spell checker, which would fetch
 * dictionaries from the network.
 */
export function lockSession(session: ShellSession): void {
  session.setPermissionRequestHandler((_contents, permission, callback, details) => {
    callback(
      grantedPermissions.has(permission) && details.isMainFrame && originOf(details.requestingUrl) === appOrigin,
    );
  });
  session.setPermissionCheckHandler(
    (_contents, permission, requestingOrigin) =>
      grantedPermissions.has(permission) && originOf(requestingOrigin) === appOrigin,
  );
  session.setDevicePermissionHandler(() => false);
  session.setSpellCheckerEnabled(false);
  session.on('will-download', (event, item) => {
    // A text that the page has made itself, which the person is asked where to save.
    if (!item.getURL().startsWith(`blob:${appOrigin}/`)) event.preventDefault();
  });
}

/** Node's URL knows no origin for schemes of our own, so it is put together from its parts. */
function originOf(address: string): string | null {
  const url = URL.parse(address);
  return url && `${url.protocol}//${url.host}`;
}
