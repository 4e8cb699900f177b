import { describe, expect, it } from 'vitest';
import { pageRefusal, socketRefusal } from '../../../electron/browser/access.ts';
import type { AccessQuestion } from '../../../electron/browser/access.ts';
import { createToken, offersToken } from '../../../electron/browser/token.ts';

const token = createToken();
const rules = { port: 4321, token, extraOrigins: [] };
const goodHeaders = {
  host: '127.0.0.1:4321',
  origin: 'http://127.0.0.1:4321',
  'sec-websocket-protocol': `nixstead.1, token.${token}`,
};

function socketQuestion(headers: Partial<typeof goodHeaders> = {}, url = '/rpc'): AccessQuestion {
  return { method: 'GET', url, headers: { ...goodHeaders, ...headers } };
}

describe('a WebSocket', () => {
  it('is let in with the token from our own page, under either name of this computer', () => {
    expect(socketRefusal(socketQuestion(), rules)).toBeNull();
    const named = socketQuestion({ host: 'localhost:4321', origin: 'http://localhost:4321' });
    expect(socketRefusal(named, rules)).toBeNull();
  });

  it.each<[string, number, AccessQuestion]>([
    ['no token', 401, socketQuestion({ 'sec-websocket-protocol': 'nixstead.1' })],
    ['no subprotocol at all', 401, socketQuestion({ 'sec-websocket-protocol': undefined })],
    ['another token', 401, socketQuestion({ 'sec-websocket-protocol': `nixstead.1, token.${createToken()}` })],
    ['a cut token', 401, socketQuestion({ 'sec-websocket-protocol': `nixstead.1, token.${token.slice(0, -1)}` })],
    ['an empty token', 401, socketQuestion({ 'sec-websocket-protocol': 'nixstead.1, token.' })],
    ['two tokens, the first wrong', 401, socketQuestion({ 'sec-websocket-protocol': `token.A, token.${token}` })],
    ['a page of another version', 403, socketQuestion({ 'sec-websocket-protocol': `nixstead.0, token.${token}` })],
    ['a foreign origin', 403, socketQuestion({ origin: 'http://example.org' })],
    ['another port of this computer', 403, socketQuestion({ origin: 'http://127.0.0.1:4322' })],
    ['the origin of a sandboxed frame', 403, socketQuestion({ origin: 'null' })],
    ['no origin', 403, socketQuestion({ origin: undefined })],
    [
      'a name rebound to this computer',
      403,
      socketQuestion({ host: 'evil.example:4321', origin: 'http://evil.example:4321' }),
    ],
    ['no host', 403, socketQuestion({ host: undefined })],
    ['the host without its port', 403, socketQuestion({ host: '127.0.0.1' })],
    ['names mixed', 403, socketQuestion({ origin: 'http://localhost:4321' })],
    ['another path', 404, socketQuestion({}, '/')],
  ])('is refused with %s', (_what, status, question) => {
    expect(socketRefusal(question, rules)).toBe(status);
  });

  it('is let in from the development server only where that is named', () => {
    const question = socketQuestion({ origin: 'http://127.0.0.1:5173' });
    expect(socketRefusal(question, rules)).toBe(403);
    expect(socketRefusal(question, { ...rules, extraOrigins: ['http://127.0.0.1:5173'] })).toBeNull();
  });
});

describe('a file of the page', () => {
  const headers = { host: '127.0.0.1:4321' };

  it('needs no token, since it holds nothing of the user', () => {
    expect(pageRefusal({ method: 'GET', url: '/', headers }, rules)).toBeNull();
    expect(pageRefusal({ method: 'HEAD', url: '/', headers }, rules)).toBeNull();
  });

  it.each([
    ['another method', { method: 'POST', headers }],
    ['a rebound name', { method: 'GET', headers: { host: 'evil.example:4321' } }],
    ['a foreign origin', { method: 'GET', headers: { ...headers, origin: 'https://evil.example' } }],
  ])('is refused with %s', (_what, question) => {
    expect(pageRefusal(question, rules)).toBe(403);
  });
});

describe('a token', () => {
  it('is 24 random bytes in 32 characters that fit a subprotocol', () => {
    expect(token).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(createToken()).not.toBe(token);
  });

  it('is taken in its one spelling only', () => {
    expect(offersToken([`token.${token}`], token)).toBe(true);
    expect(offersToken([`token.${token}=`], token)).toBe(false);
    expect(offersToken([`token.${token.slice(0, 5)}!${token.slice(5)}`], token)).toBe(false);
    expect(offersToken([`Token.${token}`], token)).toBe(false);
  });
});
