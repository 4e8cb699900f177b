import { EventEmitter } from 'node:events';
import type { BrowserContext, Frame, Page, Route } from '@playwright/test';
import type {
  BrowserWindowConstructorOptions,
  HandlerDetails,
  MessagePortMain,
  Rectangle,
  WebContents,
} from 'electron';
import { fromChromium, originOf, toChromium } from './addresses.ts';
import { StandInEvent } from './app.ts';
import type { StandInApp } from './app.ts';
import { PageWorld } from './page-world.ts';
import type { PageFrame } from './page-world.ts';
import type { StandInSession } from './session.ts';

/** What all windows share. */
export interface WindowSurroundings {
  readonly app: StandInApp;
  readonly session: StandInSession;
  readonly context: () => Promise<BrowserContext>;
  readonly ipcMain: EventEmitter;
  /** Answers for the app's scheme; null where nothing does. */
  answer(request: Request): Promise<Response | null>;
}

type OpenHandler = Parameters<WebContents['setWindowOpenHandler']>[0];

/** What a page tried and the app did about it; tests read it. */
export interface Attempt {
  readonly kind: 'navigate' | 'frame-navigate' | 'window-open' | 'request';
  readonly url: string;
  readonly isPrevented: boolean;
}

export class StandInWebContents extends EventEmitter {
  static #nextId = 1;
  readonly id = StandInWebContents.#nextId++;
  readonly attempts: Attempt[] = [];
  readonly exposed: string[] = [];
  readonly #page: Promise<Page>;
  readonly #world: Promise<PageWorld>;
  readonly #surroundings: WindowSurroundings;
  #openHandler: OpenHandler | null = null;
  /** The address that the app itself is loading: no `will-navigate` for that. */
  #ownNavigation: string | null = null;
  #onStay: () => void = () => undefined;

  constructor(surroundings: WindowSurroundings, preload: string, size: { width: number; height: number }) {
    super();
    this.#surroundings = surroundings;
    surroundings.app.emit('web-contents-created', new StandInEvent(), this);
    this.#page = this.#openPage(size);
    // An app that ends while its window opens; whoever waits for the page hears of it.
    this.#page.catch(() => undefined);
    this.#world = this.#page.then((page) =>
      PageWorld.open(page, preload, {
        onIpc: (frame, channel, args) => this.#receive(frame, channel, args),
        onExposed: (name) => this.exposed.push(name),
      }),
    );
    this.#world.catch(() => undefined);
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler;
  }

  send(channel: string, ...args: unknown[]): void {
    void this.#world.then(
      (world) => world.send(channel, args),
      // The page never came to be.
      () => undefined,
    );
  }

  async load(address: string): Promise<void> {
    const [page] = await Promise.all([this.#page, this.#world]);
    this.#ownNavigation = toChromium(address);
    await page.goto(this.#ownNavigation, { waitUntil: 'domcontentloaded' });
  }

  /** False where the page wants to stay, and the app lets it. */
  async close(): Promise<boolean> {
    const page = await this.#page;
    const outcome = new Promise<boolean>((resolve) => {
      page.once('close', () => resolve(true));
      this.#onStay = () => resolve(false);
    });
    await page.close({ runBeforeUnload: true });
    return outcome;
  }

  async #openPage(size: { width: number; height: number }): Promise<Page> {
    const context = await this.#surroundings.context();
    const page = await context.newPage();
    await page.setViewportSize(size);
    // Chromium would ask the person; Electron asks the app.
    page.on('dialog', (dialog) => {
      const event = new StandInEvent();
      this.emit('will-prevent-unload', event);
      if (event.isPrevented) return void dialog.accept();
      void dialog.dismiss();
      this.#onStay();
    });
    page.on('popup', (popup) => void this.#refusePopup(popup));
    await page.route('**/*', (route) => this.#answer(page, route));
    return page;
  }

  async #answer(page: Page, route: Route): Promise<void> {
    const request = route.request();
    const address = request.url();
    if (request.isNavigationRequest() && !this.#mayNavigate(page, request.frame(), address))
      return route.abort('aborted');
    const answer = await this.#surroundings.answer(new Request(fromChromium(address), { method: request.method() }));
    if (!answer) {
      this.attempts.push({ kind: 'request', url: address, isPrevented: false });
      return route.abort('failed');
    }
    const body = Buffer.from(await answer.arrayBuffer());
    await route.fulfill({ status: answer.status, headers: Object.fromEntries(answer.headers), body });
  }

  /** Electron tells the app about navigations that a page began, and not about those that the app began. */
  #mayNavigate(page: Page, frame: Frame, address: string): boolean {
    const isMainFrame = frame === page.mainFrame();
    if (isMainFrame && address === this.#ownNavigation) {
      this.#ownNavigation = null;
      return true;
    }
    const details = { url: fromChromium(address), isMainFrame, isSameDocument: false };
    let isPrevented = false;
    for (const kind of isMainFrame ? ['will-navigate', 'will-frame-navigate'] : ['will-frame-navigate']) {
      const event = Object.assign(new StandInEvent(), details);
      this.emit(kind, event);
      isPrevented ||= event.isPrevented;
    }
    this.attempts.push({ kind: isMainFrame ? 'navigate' : 'frame-navigate', url: details.url, isPrevented });
    return !isPrevented;
  }

  async #refusePopup(popup: Page): Promise<void> {
    const url = fromChromium(popup.url());
    const details: HandlerDetails = {
      url,
      frameName: '',
      features: '',
      disposition: 'foreground-tab',
      referrer: { url: '', policy: 'no-referrer' },
    };
    const isPrevented = this.#openHandler?.(details).action === 'deny';
    if (isPrevented) await popup.close();
    this.attempts.push({ kind: 'window-open', url, isPrevented });
  }

  #receive(frame: PageFrame, channel: string, args: unknown[]): void {
    const senderFrame = {
      origin: originOf(frame.origin),
      parent: frame.isMainFrame ? null : {},
      postMessage: (name: string, message: unknown, transfer?: MessagePortMain[]) =>
        frame.postMessage(name, message, transfer),
    };
    const event = Object.assign(new StandInEvent(), { sender: this, senderFrame });
    this.#surroundings.ipcMain.emit(channel, event, ...args);
  }
}

/** Electron's BrowserWindow: a page of Chromium with a preload script, and the state of a window that nobody sees. */
export class StandInWindow extends EventEmitter {
  static readonly open: StandInWindow[] = [];
  readonly options: BrowserWindowConstructorOptions;
  readonly webContents: StandInWebContents;
  readonly calls: string[] = [];
  /** Settles when the page that was asked for last is there. */
  loaded: Promise<void> = Promise.resolve();
  readonly #surroundings: WindowSurroundings;
  readonly #bounds: Rectangle;
  #isShown: boolean;
  #isMaximized = false;
  #isFullScreen = false;
  #isMinimized = false;
  #isDestroyed = false;

  constructor(surroundings: WindowSurroundings, options: BrowserWindowConstructorOptions) {
    super();
    const { webPreferences = {} } = options;
    if (!webPreferences.preload) throw new Error('The stand-in shows pages with a preload script only');
    if (
      webPreferences.contextIsolation === false ||
      webPreferences.sandbox === false ||
      webPreferences.nodeIntegration
    ) {
      throw new Error('The stand-in has no page outside of its sandbox');
    }
    this.#surroundings = surroundings;
    this.options = options;
    this.#isShown = options.show !== false;
    this.#bounds = { x: options.x ?? 0, y: options.y ?? 0, width: options.width ?? 800, height: options.height ?? 600 };
    this.webContents = new StandInWebContents(surroundings, webPreferences.preload, this.#bounds);
    StandInWindow.open.push(this);
  }

  get isShown(): boolean {
    return this.#isShown;
  }

  loadURL(address: string): Promise<void> {
    this.loaded = this.webContents.load(address).then(() => void this.emit('ready-to-show'));
    return this.loaded;
  }

  show(): void {
    this.#isShown = true;
    this.calls.push('show');
  }

  focus(): void {
    this.calls.push('focus');
  }

  maximize(): void {
    this.#isMaximized = true;
  }

  restore(): void {
    this.#isMinimized = false;
    this.calls.push('restore');
  }

  minimize(): void {
    this.#isMinimized = true;
  }

  setFullScreen(isFullScreen: boolean): void {
    this.#isFullScreen = isFullScreen;
  }

  isMaximized = (): boolean => this.#isMaximized;
  isMinimized = (): boolean => this.#isMinimized;
  isFullScreen = (): boolean => this.#isFullScreen;
  isDestroyed = (): boolean => this.#isDestroyed;
  getNormalBounds = (): Rectangle => this.#bounds;

  /** A person closes the window. Resolves to whether it closed. */
  async close(): Promise<boolean> {
    const event = new StandInEvent();
    this.emit('close', event);
    if (event.isPrevented) return false;
    if (!(await this.webContents.close())) return false;
    this.#isDestroyed = true;
    StandInWindow.open.splice(StandInWindow.open.indexOf(this), 1);
    this.emit('closed');
    if (StandInWindow.open.length === 0) this.#surroundings.app.allWindowsClosed();
    return true;
  }
}
