import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { allowedExternalUrl } from '../../shared/doors/external-links.ts';
import { channels } from '../../shared/doors/window-port.ts';
import { addressRefused, pageMissing } from '../doors/errors.ts';
import { homeFolder } from '../engine/home.ts';
import { chooseFleetFolder, confirmQuit, showFailure } from './dialogs.ts';
import type { ShellElectron, ShellWindow } from './electron-api.ts';
import { EngineProcess } from './engine-process.ts';
import { claimSingleInstance, folderArgument } from './instance.ts';
import { menuTemplate } from './menu.ts';
import { openPortDoor } from './port-door.ts';
import { registerAppScheme, servePage } from './protocol.ts';
import { lockApp, lockSession } from './security.ts';
import { openWindow } from './window.ts';

export interface ShellProcess {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  cwd(): string;
}

/** What the build makes and the shell starts or shows. */
export interface ShellFiles {
  /** Folder of the page. */
  readonly page: string;
  /** The preload script, one CommonJS file. */
  readonly preload: string;
  /** The engine's entry. */
  readonly engine: string;
}

/** Where the build puts them. */
export function shellFiles(appFolder: string): ShellFiles {
  const dist = join(appFolder, 'dist');
  return {
    page: join(dist, 'renderer'),
    preload: join(dist, 'shell', 'preload.cjs'),
    engine: join(dist, 'engine', 'utility-process.js'),
  };
}

/**
 * Starts the desktop app. What must happen before Electron is ready happens before the first `await`: data folder,
 * single instance, scheme and sandbox.
 * @throws ProblemError `page-missing`
 */
export async function startShell(electron: ShellElectron, process: ShellProcess, files: ShellFiles): Promise<void> {
  const { app } = electron;
  if (!existsSync(join(files.page, 'index.html'))) throw pageMissing(files.page);
  const stateFolder = join(homeFolder(process.env), 'window');
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  app.setPath('userData', stateFolder);

  const folder = folderArgument(process.argv, process.cwd(), app.isPackaged);
  const shell = new Shell(electron, files, stateFolder);
  if (!claimSingleInstance(app, folder, (path) => shell.comeForward(path))) return app.quit();

  registerAppScheme(electron.protocol);
  lockApp(app);
  await app.whenReady();
  lockSession(electron.session.defaultSession);
  servePage(electron.protocol, files.page);
  shell.start(folder, process.platform);
}

/** The running app: one engine, at most one window. */
class Shell {
  readonly #electron: ShellElectron;
  readonly #files: ShellFiles;
  readonly #stateFolder: string;
  #engine: EngineProcess | null = null;
  #window: ShellWindow | null = null;
  /** Whether the page has its port, so that it listens to what it is told. */
  #isPageListening = false;
  #pendingFolder: string | null = null;
  #quit: 'no' | 'asking' | 'agreed' | 'done' = 'no';

  constructor(electron: ShellElectron, files: ShellFiles, stateFolder: string) {
    this.#electron = electron;
    this.#files = files;
    this.#stateFolder = stateFolder;
  }

  start(folder: string | null, platform: NodeJS.Platform): void {
    const { app, dialog, Menu, ipcMain } = this.#electron;
    const engine = new EngineProcess({
      electron: this.#electron,
      modulePath: this.#files.engine,
      initialPath: folder,
      chooseFolder: () => chooseFleetFolder(dialog),
      openExternal: (url) => this.#openExternal(url),
      onRestart: () => this.#window?.webContents.send(channels.portLost),
      onFailure: (problem) => void showFailure(dialog, problem).finally(() => app.quit()),
    });
    this.#engine = engine;
    openPortDoor({
      ipcMain,
      currentPage: () => this.#window?.webContents ?? null,
      connect: () => engine.connect(),
      onConnected: () => this.#pageListens(),
    });
    app.setAboutPanelOptions({
      applicationName: app.name,
      applicationVersion: app.getVersion(),
      copyright: 'MIT licence',
    });
    const facts = { platform, appName: app.name, isDevelopment: !app.isPackaged };
    const actions = {
      openFleet: () => void chooseFleetFolder(dialog).then((path) => path !== null && this.comeForward(path)),
      openExternal: (url: string) => void this.#openExternal(url),
    };
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(facts, actions)));

    app.on('activate', () => this.comeForward(null));
    app.on('window-all-closed', () => platform !== 'darwin' && app.quit());
    app.on('before-quit', (event) => {
      if (this.#quit === 'agreed' || this.#quit === 'done' || engine.unfinishedJobs === 0) return;
      event.preventDefault();
      void this.#askToQuit(engine);
    });
    app.on('will-quit', (event) => {
      if (this.#quit === 'done') return;
      event.preventDefault();
      void engine.stop().then(() => {
        this.#quit = 'done';
        app.quit();
      });
    });
    this.#openWindow();
  }

  /** Brings the window to the front, opening it where there is none, and has it open a fleet. */
  comeForward(folder: string | null): void {
    this.#pendingFolder = folder ?? this.#pendingFolder;
    if (!this.#engine) return;
    if (!this.#window) return this.#openWindow();
    if (this.#window.isMinimized()) this.#window.restore();
    this.#window.focus();
    if (this.#isPageListening) this.#pageListens();
  }

  #openWindow(): void {
    this.#isPageListening = false;
    const window = openWindow(this.#electron, {
      preload: this.#files.preload,
      state: join(this.#stateFolder, 'window-state.json'),
    });
    this.#window = window;
    window.on('closed', () => (this.#window = null));
  }

  #pageListens(): void {
    this.#isPageListening = true;
    if (this.#pendingFolder !== null) this.#window?.webContents.send(channels.openFleet, this.#pendingFolder);
    this.#pendingFolder = null;
  }

  async #openExternal(address: string): Promise<void> {
    const url = allowedExternalUrl(address);
    if (url === null) throw addressRefused(address);
    await this.#electron.shell.openExternal(url);
  }

  async #askToQuit(engine: EngineProcess): Promise<void> {
    if (this.#quit === 'asking') return;
    this.#quit = 'asking';
    const isAgreed = await confirmQuit(this.#electron.dialog, engine.unfinishedJobs);
    this.#quit = isAgreed ? 'agreed' : 'no';
    if (isAgreed) this.#electron.app.quit();
    else this.comeForward(null);
  }
}
