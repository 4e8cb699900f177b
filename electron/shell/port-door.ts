import type { MessagePortMain } from 'electron';
import { channels } from '../../shared/doors/window-port.ts';
import type { PageMessage, ShellIpcMain, ShellWebContents } from './electron-api.ts';
import { appOrigin } from './page-address.ts';

export interface PortDoorOptions {
  readonly ipcMain: ShellIpcMain;
  /** The page that may have a port: the one of the app's window, if that is open. */
  currentPage(): Pick<ShellWebContents, 'id'> | null;
  connect(): MessagePortMain;
  /** The page has its port and listens. */
  onConnected(): void;
}

/**
 * Hands the page its line to the engine. This is the one message that the main process takes from a page, so the sender
 * is checked here, once (point 17 of Electron's security list): our window, its main frame, our own origin.
 */
export function openPortDoor({ ipcMain, currentPage, connect, onConnected }: PortDoorOptions): void {
  ipcMain.on(channels.port, (event) => {
    if (!isTrusted(event, currentPage())) {
      console.error(`A port was refused to ${event.senderFrame?.origin ?? 'a frame that is gone'}`);
      return;
    }
    event.senderFrame?.postMessage(channels.port, null, [connect()]);
    onConnected();
  });
}

export function isTrusted(message: PageMessage, page: Pick<ShellWebContents, 'id'> | null): boolean {
  const { sender, senderFrame } = message;
  return sender.id === page?.id && senderFrame?.parent === null && senderFrame.origin === appOrigin;
}
