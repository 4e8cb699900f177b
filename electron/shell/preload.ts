import { contextBridge, ipcRenderer } from 'electron';
import type { IpcRendererEvent } from 'electron';
import {
  channels,
  openFleetMessage,
  portLostMessage,
  portMessage,
  portRequestName,
} from '../../shared/doors/window-port.ts';

/** The part of the page's window that a preload script may touch; this folder is compiled without the DOM's types. */
declare const window: {
  readonly location: { readonly origin: string };
  postMessage(message: unknown, targetOrigin: string, transfer?: IpcRendererEvent['ports']): void;
};

// Runs before the page, in a world of its own. The page gets one function: ask for a port. Ports cannot pass the context
// bridge, so they reach the page by window.postMessage, which only this page can hear.

contextBridge.exposeInMainWorld(portRequestName, () => ipcRenderer.send(channels.port));

ipcRenderer.on(channels.port, ({ ports }) => {
  window.postMessage(portMessage, window.location.origin, ports);
});

ipcRenderer.on(channels.portLost, () => {
  window.postMessage(portLostMessage, window.location.origin);
});

ipcRenderer.on(channels.openFleet, (_event, path: unknown) => {
  if (typeof path === 'string') window.postMessage(openFleetMessage(path), window.location.origin);
});
