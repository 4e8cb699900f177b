import type { ClientContext, ClientLink } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import { isPortLostMessage, isPortMessage, portRequestName } from '../../shared/doors/window-port.ts';
import {
  tokenFromFragment,
  tokenProtocolPrefix,
  webSocketPath,
  webSocketProtocol,
} from '../../shared/doors/web-socket.ts';

/**
 * One live line to the engine. `lost` aborts when it breaks, before any call under way is rejected for it; a line is
 * never mended, a new one is made.
 */
export interface Line {
  readonly link: ClientLink<ClientContext>;
  readonly lost: AbortSignal;
  close(): void;
}

/** A way to reach the engine. `dial` makes one attempt; it rejects with {@link LineRefusedError} where trying again is useless. */
export interface LineMaker {
  readonly door: 'electron' | 'browser';
  dial(signal: AbortSignal): Promise<Line>;
}

/** The server is there but does not take this page's token. */
export class LineRefusedError extends Error {
  override readonly name = 'LineRefusedError';
}

type PortRequest = () => void;

/** The preload script's one function, or null in a browser. */
export function preloadPortRequest(page: Window): PortRequest | null {
  const candidate: unknown = Reflect.get(page, portRequestName);
  return typeof candidate === 'function' ? () => void Reflect.apply(candidate, page, []) : null;
}

/** In Electron: a MessagePort straight to the engine, asked of the main process through the preload script. */
export function portLines(page: Window, requestPort: PortRequest): LineMaker {
  return {
    door: 'electron',
    async dial(signal) {
      const port = await new Promise<MessagePort>((resolve, reject) => {
        const stop = () => {
          page.removeEventListener('message', receive);
          signal.removeEventListener('abort', abort);
        };
        const abort = () => {
          stop();
          reject(new Error('The page does not ask for a port any more.'));
        };
        const receive = (event: MessageEvent<unknown>) => {
          const [received] = event.ports;
          if (event.source !== page || !received || !isPortMessage(event.data)) return;
          stop();
          resolve(received);
        };
        page.addEventListener('message', receive);
        signal.addEventListener('abort', abort, { once: true });
        requestPort();
      });
      const lost = new AbortController();
      const link = new PortLink({ port });
      port.start();
      const close = () => {
        page.removeEventListener('message', hear);
        lost.abort();
        port.close();
        // What the link would hear from a port that tells of its end; it rejects the calls under way.
        port.dispatchEvent(new Event('close'));
      };
      const hear = (event: MessageEvent<unknown>) => {
        if (event.source === page && isPortLostMessage(event.data)) close();
      };
      page.addEventListener('message', hear);
      port.addEventListener('close', () => lost.abort(), { once: true });
      return { link, lost: lost.signal, close };
    },
  };
}

const tokenKey = 'nixstead.token';

/**
 * Takes the token out of the address bar (so that it is not bookmarked, shared or kept in the history) and keeps it for
 * this tab, so that a reload keeps the session.
 */
function takeToken(page: Window): string | null {
  const fresh = tokenFromFragment(page.location.hash);
  if (fresh !== null) {
    page.sessionStorage.setItem(tokenKey, fresh);
    page.history.replaceState(page.history.state, '', page.location.pathname + page.location.search);
    return fresh;
  }
  return page.sessionStorage.getItem(tokenKey);
}

/** In a browser: a WebSocket to the server that sent the page. */
export function webSocketLines(page: Window): LineMaker {
  const token = takeToken(page);
  // A new address pasted into an open tab changes the fragment only, which loads nothing by itself.
  page.addEventListener('hashchange', () => {
    if (tokenFromFragment(page.location.hash) === null) return;
    takeToken(page);
    page.location.reload();
  });
  return {
    door: 'browser',
    async dial(signal) {
      if (token === null) throw new LineRefusedError('This page was opened without its token.');
      const address = new URL(webSocketPath, page.location.href);
      address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
      const socket = new WebSocket(address, [webSocketProtocol, tokenProtocolPrefix + token]);
      const close = () => socket.close();
      signal.addEventListener('abort', close, { once: true });
      const lost = new AbortController();
      socket.addEventListener('close', () => lost.abort(), { once: true });
      const link = new SocketLink({ websocket: socket });
      const hasOpened = await new Promise<boolean>((resolve) => {
        socket.addEventListener('open', () => resolve(true), { once: true });
        lost.signal.addEventListener('abort', () => resolve(false), { once: true });
      });
      signal.throwIfAborted();
      if (!hasOpened) throw await whyRefused(page, signal);
      return { link, lost: lost.signal, close };
    },
  };
}

/** A browser does not tell why a WebSocket failed; whether the same server still answers a plain request does. */
async function whyRefused(page: Window, signal: AbortSignal): Promise<Error> {
  try {
    const answer = await page.fetch(page.location.pathname, { method: 'HEAD', cache: 'no-store', signal });
    if (answer.ok) return new LineRefusedError('Nixstead was started anew; this page belongs to the start before.');
  } catch {
    // No server: it may come back.
  }
  return new Error('Nixstead does not answer.');
}
