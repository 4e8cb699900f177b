import { randomBytes, timingSafeEqual } from 'node:crypto';
import { tokenBytes, tokenProtocolPrefix } from '../../shared/doors/web-socket.ts';

/** A fresh token: what a page must show to be let in, valid as long as the server runs. */
export function createToken(): string {
  return randomBytes(tokenBytes).toString('base64url');
}

/** Whether one of the offered WebSocket subprotocols carries the token; takes the same time wherever a wrong one differs. */
export function offersToken(offered: readonly string[], token: string): boolean {
  const expected = Buffer.from(token, 'base64url');
  const candidate = offered.find((protocol) => protocol.startsWith(tokenProtocolPrefix));
  const text = candidate?.slice(tokenProtocolPrefix.length) ?? '';
  const shown = Buffer.from(/^[A-Za-z0-9_-]+$/.test(text) ? text : '', 'base64url');
  return shown.length === expected.length && timingSafeEqual(shown, expected);
}
