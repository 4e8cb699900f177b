import { pageHeaders } from '../../shared/doors/page.ts';
import { readBundleFile } from '../doors/bundle.ts';
import type { ShellElectron } from './electron-api.ts';
import { appHost, appScheme } from './page-address.ts';

/**
 * Declares the scheme. Must run before the app is ready. Standard and secure: relative addresses, an origin, fetch and
 * storage work as they do under https.
 */
export function registerAppScheme(protocol: Pick<ShellElectron['protocol'], 'registerSchemesAsPrivileged'>): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Answers requests below `app://nixstead/` with the files of the built page, and with nothing else. */
export function servePage(protocol: Pick<ShellElectron['protocol'], 'handle'>, pageFolder: string): void {
  protocol.handle(appScheme, (request) => answer(request, pageFolder));
}

async function answer(request: Request, pageFolder: string): Promise<Response> {
  const url = URL.parse(request.url);
  const isOurs = url?.protocol === `${appScheme}:` && url.host === appHost;
  if (!isOurs || (request.method !== 'GET' && request.method !== 'HEAD')) return refusal(403);
  const file = await readBundleFile(pageFolder, url.pathname);
  if (!file) return refusal(404);
  return new Response(request.method === 'HEAD' ? null : file.content, {
    headers: { ...pageHeaders(), 'content-type': file.contentType, 'cache-control': 'no-cache' },
  });
}

function refusal(status: 403 | 404): Response {
  return new Response(null, { status, headers: { ...pageHeaders(), 'cache-control': 'no-store' } });
}
