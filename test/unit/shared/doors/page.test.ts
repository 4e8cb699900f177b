import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bundlePath,
  cacheControlOf,
  contentSecurityPolicy,
  contentTypeOf,
  pageHeaders,
} from '../../../../shared/doors/page.ts';

describe('bundlePath', () => {
  it.each([
    ['/', 'index.html'],
    ['/?fleet=1#x', 'index.html'],
    ['/index.html', 'index.html'],
    ['/assets/index-B3x_9-a.js?v=1', 'assets/index-B3x_9-a.js'],
    ['/assets/inter%20variable.woff2', 'assets/inter variable.woff2'],
  ])('reads %s as %s', (urlPath, expected) => {
    expect(bundlePath(urlPath)).toBe(expected);
  });

  it.each([
    ['a dot segment', '/../package.json'],
    ['an encoded dot segment', '/%2e%2e/package.json'],
    ['an encoded slash', '/..%2fpackage.json'],
    ['a dot segment in the middle', '/assets/../../package.json'],
    ['a single dot', '/./index.html'],
    ['a backslash', '/..\\package.json'],
    ['an encoded backslash', '/..%5cpackage.json'],
    ['a doubled slash', '//etc/passwd'],
    ['an encoded absolute path', '/%2fetc/passwd'],
    ['a NUL byte', '/index.html%00.js'],
    ['a line break', '/index.html%0a'],
    ['a doubly encoded dot segment', '/%252e%252e/package.json'],
    ['broken encoding', '/%zz'],
    ['invalid UTF-8', '/%ff'],
    ['a drive letter', '/C:/Windows/win.ini'],
    ['a hidden file', '/.env'],
    ['a name that Windows reads without its end', '/index.html.'],
    ['a folder', '/assets/'],
    ['no leading slash', 'index.html'],
    ['an absolute address', 'http://127.0.0.1/index.html'],
    ['nothing', ''],
  ])('refuses %s', (_what, urlPath) => {
    expect(bundlePath(urlPath)).toBeNull();
  });

  it('never gives a path that leaves the folder, whatever comes in', () => {
    const pieces = fc.constantFrom(
      '..',
      '.',
      '/',
      '\\',
      '%2e',
      '%2f',
      '%5c',
      '%00',
      'a',
      'assets',
      ':',
      '~',
      '%25',
      '\0',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const path = bundlePath('/' + parts.join(''));
        if (path === null) return;
        expect(path).not.toMatch(/(^|\/)\.|\\|\0|^\/|\/\/|:/);
      }),
    );
  });
});

describe('the headers of every answer', () => {
  it('forbid everything that the page does not need', () => {
    const policy = contentSecurityPolicy();
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]) {
      expect(policy.split('; ')).toContain(part);
    }
    expect(policy).not.toMatch(/script-src[^;]*unsafe|\*/);
  });

  it('let the page talk to its own origin and to what the door names', () => {
    expect(contentSecurityPolicy(['ws://127.0.0.1:1'])).toContain("connect-src 'self' ws://127.0.0.1:1;");
  });

  it('keep the type as sent, the address to ourselves and the page out of frames', () => {
    expect(pageHeaders()).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
    });
  });

  it('name the type of each kind of file, and none that a browser would run for an unknown one', () => {
    expect(contentTypeOf('index.html')).toBe('text/html; charset=utf-8');
    expect(contentTypeOf('assets/a.JS')).toBe('text/javascript; charset=utf-8');
    expect(contentTypeOf('assets/a.woff2')).toBe('font/woff2');
    expect(contentTypeOf('LICENSE')).toBe('application/octet-stream');
  });

  it('let hashed files be kept and the page itself be asked for again', () => {
    expect(cacheControlOf('assets/index-abc.js')).toContain('immutable');
    expect(cacheControlOf('index.html')).toBe('no-cache');
  });
});
