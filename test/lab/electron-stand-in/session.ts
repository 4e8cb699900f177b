import { EventEmitter } from 'node:events';
import type { Protocol, Session } from 'electron';
import type { StandInApp } from './app.ts';

type RequestHandler = Parameters<Session['setPermissionRequestHandler']>[0];
type CheckHandler = Parameters<Session['setPermissionCheckHandler']>[0];
type DeviceHandler = Parameters<Session['setDevicePermissionHandler']>[0];

/** Electron's names of permissions, and what Chromium grants for each when a driver says so. */
const grantable: ReadonlyMap<string, readonly string[]> = new Map([
  ['clipboard-read', ['clipboard-read']],
  ['clipboard-sanitized-write', ['clipboard-write']],
  ['geolocation', ['geolocation']],
  ['notifications', ['notifications']],
  ['media', ['camera', 'microphone']],
  ['midi', ['midi']],
]);

/** Electron's default session: the handlers that decide what a page may, and everything where there is none. */
export class StandInSession extends EventEmitter {
  requestHandler: RequestHandler = null;
  checkHandler: CheckHandler = null;
  deviceHandler: DeviceHandler = null;
  isSpellCheckerEnabled = true;

  setPermissionRequestHandler(handler: RequestHandler): void {
    this.requestHandler = handler;
  }

  setPermissionCheckHandler(handler: CheckHandler): void {
    this.checkHandler = handler;
  }

  setDevicePermissionHandler(handler: DeviceHandler): void {
    this.deviceHandler = handler;
  }

  setSpellCheckerEnabled(isEnabled: boolean): void {
    this.isSpellCheckerEnabled = isEnabled;
  }

  /** Chromium's names of what a page of this origin gets. Without a handler Electron grants everything. */
  grantedTo(origin: string): string[] {
    return [...grantable]
      .filter(([name]) => {
        if (!this.checkHandler) return true;
        // The names above are among Electron's; its type is a union that a plain string is not part of.
        const permission = name as Parameters<NonNullable<CheckHandler>>[1];
        return this.checkHandler(null, permission, `${origin}/`, { isMainFrame: true, requestingUrl: `${origin}/` });
      })
      .flatMap(([, names]) => names);
  }
}

type Handler = Parameters<Protocol['handle']>[1];

/** Electron's `protocol`: which function answers for which scheme. */
export class StandInProtocol {
  readonly schemes: Parameters<Protocol['registerSchemesAsPrivileged']>[0] = [];
  readonly handlers = new Map<string, Handler>();
  readonly #app: StandInApp;

  constructor(app: StandInApp) {
    this.#app = app;
  }

  registerSchemesAsPrivileged(...[schemes]: Parameters<Protocol['registerSchemesAsPrivileged']>): void {
    this.#app.assertNotReady('protocol.registerSchemesAsPrivileged');
    this.schemes.push(...schemes);
  }

  handle(...[scheme, handler]: Parameters<Protocol['handle']>): void {
    if (!this.schemes.some((registered) => registered.scheme === scheme)) {
      throw new Error(`The scheme ${scheme} was not registered before the app was ready`);
    }
    this.handlers.set(scheme, handler);
  }
}
