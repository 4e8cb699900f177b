import type { WebPreferences } from 'electron';
import { confirmLeave } from './dialogs.ts';
import type { ShellElectron, ShellWindow } from './electron-api.ts';
import { pageUrl } from './page-address.ts';
import { fitToDisplays, minimumSize, readWindowState, writeWindowState } from './window-state.ts';

/** What a page of this app may be: a web page, with one function from the preload script. Each line is asserted in tests. */
export function webPreferences(preload: string): WebPreferences {
  return {
    preload,
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    spellcheck: false,
  };
}

export interface WindowFiles {
  /** The bundled preload script. */
  readonly preload: string;
  /** Where size and place are kept. */
  readonly state: string;
}

/** Opens the window where it was the last time; it is shown when its page has something to show. */
export function openWindow(
  electron: Pick<ShellElectron, 'BrowserWindow' | 'dialog' | 'screen'>,
  files: WindowFiles,
): ShellWindow {
  const state = readWindowState(files.state);
  const { screen } = electron;
  const window = new electron.BrowserWindow({
    ...fitToDisplays(state?.bounds ?? null, screen.getAllDisplays(), screen.getPrimaryDisplay()),
    minWidth: minimumSize.width,
    minHeight: minimumSize.height,
    title: 'Nixstead',
    show: false,
    webPreferences: webPreferences(files.preload),
  });
  window.once('ready-to-show', () => {
    if (state?.isMaximized) window.maximize();
    if (state?.isFullScreen) window.setFullScreen(true);
    window.show();
  });
  window.on('close', () => keepState(window, files.state));
  // A browser asks by itself; Electron lets a page that does not want to go stay, and says nothing.
  window.webContents.on('will-prevent-unload', (event) => {
    if (confirmLeave(electron.dialog)) event.preventDefault();
  });
  // Fails where the window is closed before its page is there.
  window.loadURL(pageUrl).catch((error: unknown) => console.error('The page was not loaded:', error));
  return window;
}

function keepState(window: ShellWindow, file: string): void {
  try {
    writeWindowState(file, {
      version: 1,
      bounds: window.getNormalBounds(),
      isMaximized: window.isMaximized(),
      isFullScreen: window.isFullScreen(),
    });
  } catch (error) {
    // A full disk must not keep a window from closing.
    console.error('The place of the window could not be kept:', error);
  }
}
