import { EventEmitter } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import type { ShellApp, ShellWebContents } from '../../../electron/shell/electron-api.ts';
import { lockApp, lockSession } from '../../../electron/shell/security.ts';
import { StandInEvent } from '../../lab/electron-stand-in/app.ts';
import { StandInSession } from '../../lab/electron-stand-in/session.ts';

type OpenHandler = Parameters<ShellWebContents['setWindowOpenHandler']>[0];

/** An app in which one page was made after it was locked. */
function lockedPage() {
  const app = Object.assign(new EventEmitter(), { enableSandbox: vi.fn() });
  lockApp(app satisfies Pick<ShellApp, 'enableSandbox' | 'on'>);
  const openHandlers: OpenHandler[] = [];
  const contents = Object.assign(new EventEmitter(), {
    setWindowOpenHandler: (one: OpenHandler) => openHandlers.push(one),
  });
  app.emit('web-contents-created', new StandInEvent(), contents);
  const attempt = (kind: string, url: string, isMainFrame = true) => {
    const event = Object.assign(new StandInEvent(), { url, isMainFrame });
    contents.emit(kind, event);
    return event.isPrevented ? 'prevented' : 'allowed';
  };
  return { app, attempt, openHandlers };
}

describe('every page of the app', () => {
  it('runs in the sandbox of the operating system', () => {
    expect(lockedPage().app.enableSandbox).toHaveBeenCalledOnce();
  });

  it.each(['will-navigate', 'will-frame-navigate', 'will-redirect'])('goes nowhere else (%s)', (kind) => {
    const { attempt } = lockedPage();
    for (const url of [
      'https://example.org/',
      'https://nixos.org/',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'data:text/html,x',
      'app://other/',
      'app://nixstead/assets/index.js',
      'app://nixstead/?x=1',
      'app://nixstead.example.org/',
      'http://app://nixstead/',
      'about:blank',
      'not an address',
    ]) {
      expect([url, attempt(kind, url)]).toEqual([url, 'prevented']);
    }
  });

  it('can be reloaded, but not loaded into a frame', () => {
    const { attempt } = lockedPage();
    expect(attempt('will-navigate', 'app://nixstead/#/jobs')).toBe('allowed');
    expect(attempt('will-frame-navigate', 'app://nixstead/', false)).toBe('prevented');
  });

  it('opens no second window, to no address', () => {
    const { openHandlers } = lockedPage();
    expect(openHandlers).toHaveLength(1);
    for (const url of ['https://nixos.org/', 'app://nixstead/', 'about:blank']) {
      const details = {
        url,
        frameName: '',
        features: '',
        disposition: 'new-window',
        referrer: { url: '', policy: 'default' },
      } as const;
      expect(openHandlers[0]?.(details)).toEqual({ action: 'deny' });
    }
  });

  it('holds no webview', () => {
    expect(lockedPage().attempt('will-attach-webview', '')).toBe('prevented');
  });
});

describe('what a page may do with the computer', () => {
  const own = 'app://nixstead/';
  // The names of Electron 45's types; the handlers take any.
  const refused = [
    'clipboard-read',
    'display-capture',
    'fullscreen',
    'geolocation',
    'hid',
    'idle-detection',
    'keyboardLock',
    'media',
    'mediaKeySystem',
    'midi',
    'midiSysex',
    'openExternal',
    'pointerLock',
    'serial',
    'speaker-selection',
    'storage-access',
    'top-level-storage-access',
    'usb',
    'window-management',
    'unknown',
  ] as const;

  function locked() {
    const session = new StandInSession();
    lockSession(session);
    const { requestHandler, checkHandler } = session;
    if (!requestHandler || !checkHandler) throw new Error('a handler is missing');
    return {
      session,
      request(permission: string, requestingUrl = own, isMainFrame = true) {
        const callback = vi.fn();
        Reflect.apply(requestHandler, null, [null, permission, callback, { requestingUrl, isMainFrame }]);
        return callback.mock.calls;
      },
      check: (permission: string, origin = own): unknown =>
        Reflect.apply(checkHandler, null, [null, permission, origin, { isMainFrame: true }]),
    };
  }

  it.each(refused)('is not %s', (permission) => {
    const { request, check } = locked();
    expect(request(permission)).toEqual([[false]]);
    expect(check(permission)).toBe(false);
  });

  it('is to put text on the clipboard, in our own page alone', () => {
    const { request, check } = locked();
    expect(request('clipboard-sanitized-write')).toEqual([[true]]);
    expect(check('clipboard-sanitized-write')).toBe(true);
    expect(check('clipboard-sanitized-write', 'app://nixstead')).toBe(true);
    expect(request('clipboard-sanitized-write', own, false)).toEqual([[false]]);
    expect(request('clipboard-sanitized-write', 'https://example.org/')).toEqual([[false]]);
    expect(check('clipboard-sanitized-write', 'https://example.org/')).toBe(false);
    expect(check('clipboard-sanitized-write', '')).toBe(false);
  });

  it('is to tell on the desktop that a job is over, in our own page alone', () => {
    const { request, check } = locked();
    expect(request('notifications')).toEqual([[true]]);
    expect(check('notifications')).toBe(true);
    expect(request('notifications', 'https://example.org/')).toEqual([[false]]);
    expect(check('notifications', 'https://example.org/')).toBe(false);
  });

  it('is to save a text that our own page has made, and no other download', () => {
    const { session } = locked();
    const isSaved = (url: string): boolean => {
      const download = new StandInEvent();
      session.emit('will-download', download, { getURL: () => url });
      return !download.isPrevented;
    };
    expect(isSaved('blob:app://nixstead/0b1c')).toBe(true);
    expect(
      ['https://example.org/a', 'blob:https://example.org/0b1c', 'app://nixstead/index.html'].map(isSaved),
    ).toEqual([false, false, false]);
  });

  it('is no device and no dictionary from the network', () => {
    const { session } = locked();
    const device = { deviceType: 'usb', origin: own, device: {} };
    expect(session.deviceHandler && Reflect.apply(session.deviceHandler, null, [device])).toBe(false);
    expect(session.isSpellCheckerEnabled).toBe(false);
  });
});
