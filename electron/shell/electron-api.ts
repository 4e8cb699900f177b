import type {
  App,
  BrowserWindow,
  BrowserWindowConstructorOptions,
  Dialog,
  DownloadItem,
  Event,
  ForkOptions,
  IpcMainEvent,
  MenuItemConstructorOptions,
  MessagePortMain,
  Protocol,
  Screen,
  Session,
  Shell,
  WebContents,
} from 'electron';

// The part of Electron that the shell uses, no more. The real module is given to it in main.ts and the stand-in of the
// tests satisfies it, so both the use here and the stand-in there are held against Electron's own declarations.

/** A cancellable event, as far as handlers here look at it. */
export type Preventable = Pick<Event, 'preventDefault'>;

export type ShellApp = Pick<
  App,
  | 'enableSandbox'
  | 'exit'
  | 'getVersion'
  | 'isPackaged'
  | 'name'
  | 'quit'
  | 'requestSingleInstanceLock'
  | 'setAboutPanelOptions'
  | 'setPath'
  | 'whenReady'
> & {
  on(event: 'activate' | 'window-all-closed', listener: () => void): unknown;
  on(event: 'before-quit' | 'will-quit', listener: (event: Preventable) => void): unknown;
  on(
    event: 'second-instance',
    listener: (event: unknown, argv: string[], workingDirectory: string, additionalData: unknown) => void,
  ): unknown;
  on(event: 'web-contents-created', listener: (event: unknown, contents: ShellWebContents) => void): unknown;
};

/** A navigation that a page, not the shell, asked for. */
export interface NavigationAttempt extends Preventable {
  readonly url: string;
  readonly isMainFrame: boolean;
}

export type ShellWebContents = Pick<WebContents, 'id' | 'send' | 'setWindowOpenHandler'> & {
  on(
    event: 'will-navigate' | 'will-frame-navigate' | 'will-redirect',
    listener: (attempt: NavigationAttempt) => void,
  ): unknown;
  on(event: 'will-attach-webview' | 'will-prevent-unload', listener: (event: Preventable) => void): unknown;
};

export type ShellWindow = Pick<
  BrowserWindow,
  | 'focus'
  | 'getNormalBounds'
  | 'isDestroyed'
  | 'isFullScreen'
  | 'isMaximized'
  | 'isMinimized'
  | 'loadURL'
  | 'maximize'
  | 'restore'
  | 'setFullScreen'
  | 'show'
> & {
  readonly webContents: ShellWebContents;
  on(event: 'close' | 'closed', listener: () => void): unknown;
  once(event: 'ready-to-show', listener: () => void): unknown;
};

export type ShellSession = Pick<
  Session,
  'setDevicePermissionHandler' | 'setPermissionCheckHandler' | 'setPermissionRequestHandler' | 'setSpellCheckerEnabled'
> & { on(event: 'will-download', listener: (event: Preventable, item: Pick<DownloadItem, 'getURL'>) => void): unknown };

/** What comes with a message of a page: who sent it. */
export type PageMessage = {
  readonly sender: Pick<IpcMainEvent['sender'], 'id'>;
  readonly senderFrame: FrameIdentity | null;
};

export interface FrameIdentity {
  /** As RFC 6454 writes it, for example `app://nixstead`. */
  readonly origin: string;
  /** null for the main frame. */
  readonly parent: unknown;
  postMessage(channel: string, message: unknown, transfer?: MessagePortMain[]): void;
}

export interface ShellIpcMain {
  on(channel: string, listener: (event: PageMessage) => void): unknown;
}

export interface ShellUtilityProcess {
  postMessage(message: unknown, transfer?: MessagePortMain[]): void;
  kill(): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
}

/** What the shell needs of `import 'electron'`. */
export interface ShellElectron {
  readonly app: ShellApp;
  readonly BrowserWindow: new (options: BrowserWindowConstructorOptions) => ShellWindow;
  readonly dialog: ShellDialog;
  readonly ipcMain: ShellIpcMain;
  /** What is built is only handed on, so its type does not matter here. */
  readonly Menu: {
    buildFromTemplate(template: MenuItemConstructorOptions[]): unknown;
    setApplicationMenu(menu: unknown): void;
  };
  readonly MessageChannelMain: new () => { readonly port1: MessagePortMain; readonly port2: MessagePortMain };
  readonly protocol: Pick<Protocol, 'handle' | 'registerSchemesAsPrivileged'>;
  readonly screen: Pick<Screen, 'getAllDisplays' | 'getPrimaryDisplay'>;
  readonly session: { readonly defaultSession: ShellSession };
  readonly shell: Pick<Shell, 'openExternal'>;
  readonly utilityProcess: { fork(modulePath: string, args?: string[], options?: ForkOptions): ShellUtilityProcess };
}

export type ShellDialog = Pick<Dialog, 'showMessageBox' | 'showMessageBoxSync' | 'showOpenDialog'>;
