import type { IncomingHttpHeaders } from 'node:http';
import { webSocketPath, webSocketProtocol } from '../../shared/doors/web-socket.ts';
import { offersToken } from './token.ts';

/** What the door lets in. */
export interface AccessRules {
  /** The port that it listens on. */
  readonly port: number;
  readonly token: string;
  /** Origins allowed beside its own; the development server's, nothing in an installed app. */
  readonly extraOrigins: readonly string[];
}

export interface AccessQuestion {
  readonly method?: string | undefined;
  /** Path as sent, with query. */
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

export type Refusal = 401 | 403 | 404;

/** The `host:port` pairs under which a browser of this computer reaches the door; any other name is a rebound one. */
export function ownHosts(port: number): string[] {
  return ['127.0.0.1', 'localhost'].map((name) => (port === 80 ? name : `${name}:${port}`));
}

/**
 * Why a request for a file of the page is refused, or null. The files hold nothing of the user's, so no token is asked;
 * the Host check keeps foreign names that were rebound to 127.0.0.1 out, the Origin check foreign pages.
 */
export function pageRefusal(question: AccessQuestion, rules: AccessRules): Refusal | null {
  if (!hasOwnHost(question, rules)) return 403;
  if (question.headers.origin !== undefined && !hasAllowedOrigin(question, rules)) return 403;
  return question.method === 'GET' || question.method === 'HEAD' ? null : 403;
}

/** Why a WebSocket is refused, or null. Browsers always send Origin with one; what sends none is not our page. */
export function socketRefusal(question: AccessQuestion, rules: AccessRules): Refusal | null {
  if (!hasOwnHost(question, rules) || !hasAllowedOrigin(question, rules)) return 403;
  if (question.url !== webSocketPath) return 404;
  const offered = (question.headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
  if (!offersToken(offered, rules.token)) return 401;
  return offered.includes(webSocketProtocol) ? null : 403;
}

function hasOwnHost({ headers }: AccessQuestion, { port }: AccessRules): boolean {
  return headers.host !== undefined && ownHosts(port).includes(headers.host);
}

/** Same name in Host and Origin: a page loaded as localhost talks to localhost. */
function hasAllowedOrigin({ headers }: AccessQuestion, { extraOrigins }: AccessRules): boolean {
  const { origin, host } = headers;
  return origin !== undefined && (origin === `http://${host}` || extraOrigins.includes(origin));
}
