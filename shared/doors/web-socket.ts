/** Path of the browser door's WebSocket, beside the page's files on the same server. */
export const webSocketPath = '/rpc';

/**
 * The subprotocol that the server agrees to. Its number grows with an incompatible contract, so that a page that an
 * older version served is refused instead of misunderstood.
 */
export const webSocketProtocol = 'nixstead.1';

/**
 * The token travels as a second offered subprotocol: the one header that a page can set on a WebSocket. The server never
 * chooses it, so it is not echoed.
 */
export const tokenProtocolPrefix = 'token.';

/** Bytes of randomness in a token; base64url makes 32 characters of them. */
export const tokenBytes = 24;

const tokenInFragment = /^#token=([A-Za-z0-9_-]{32})$/;

/** The fragment that hands the token to the page; browsers never send fragments over HTTP. */
export function tokenFragment(token: string): string {
  return `#token=${token}`;
}

/** The token of an address's fragment (`location.hash`), or null where it carries none. */
export function tokenFromFragment(fragment: string): string | null {
  return tokenInFragment.exec(fragment)?.[1] ?? null;
}
