/**
 * How a window of the desktop app gets its line to the engine. The preload script gives the page one function under
 * this name; calling it asks for a fresh MessagePort, which arrives by `window.postMessage` as a {@link portMessage}.
 */
export const portRequestName = 'requestEnginePort';

/** IPC channels between preload and main process; the only ones that exist. */
export const channels = {
  /** Preload to main: this page wants a port. Main's answer on the same channel carries the port. */
  port: 'engine-port',
  /**
   * Main to preload: the engine that the port led to is gone. Chromium has a `close` event of ports for this, but off by
   * default, so it is said.
   */
  portLost: 'engine-port-lost',
  /** Main to preload: a person chose a fleet in the menu, or started the app again with a folder. */
  openFleet: 'open-fleet',
} as const;

/** What the preload script posts to the page together with the port (`event.ports[0]`). */
export const portMessage = { type: 'nixstead:engine-port' } as const;

/** What the preload script posts to the page when the port is of no use any more. */
export const portLostMessage = { type: 'nixstead:engine-port-lost' } as const;

/** What the preload script posts to the page when a fleet shall be opened; `path` is absolute. */
export function openFleetMessage(path: string): { type: 'nixstead:open-fleet'; path: string } {
  return { type: 'nixstead:open-fleet', path };
}

function hasType(data: unknown, type: string): data is { type: string } {
  return typeof data === 'object' && data !== null && 'type' in data && data.type === type;
}

export function isPortMessage(data: unknown): boolean {
  return hasType(data, portMessage.type);
}

export function isPortLostMessage(data: unknown): boolean {
  return hasType(data, portLostMessage.type);
}

/** The path of an open-fleet message, or null for any other message. Guards by hand: a page should not load zod for this. */
export function openFleetPath(data: unknown): string | null {
  if (!hasType(data, 'nixstead:open-fleet') || !('path' in data)) return null;
  return typeof data.path === 'string' && data.path !== '' ? data.path : null;
}
