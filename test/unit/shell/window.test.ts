import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserWindowConstructorOptions } from 'electron';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ShellElectron } from '../../../electron/shell/electron-api.ts';
import { openWindow, webPreferences } from '../../../electron/shell/window.ts';
import { fitToDisplays, readWindowState, writeWindowState } from '../../../electron/shell/window-state.ts';
import { StandInDialog, StandInScreen } from '../../lab/electron-stand-in/desktop.ts';

const laptop = { workArea: { x: 0, y: 0, width: 1440, height: 860 } };
const monitor = { workArea: { x: 1440, y: -200, width: 2560, height: 1400 } };
const middleOfLaptop = { x: 80, y: 20, width: 1280, height: 820 };

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nixstead-window-'));
  file = join(folder, 'window-state.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('what a page of the window may be', () => {
  it('is a web page and nothing more', () => {
    expect(webPreferences('/app/preload.cjs')).toEqual({
      preload: '/app/preload.cjs',
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
    });
  });
});

describe('where the window opens', () => {
  it('is where it was', () => {
    const bounds = { x: 1600, y: 0, width: 1000, height: 700 };
    expect(fitToDisplays(bounds, [laptop, monitor], laptop)).toEqual(bounds);
  });

  it('is the middle of the primary screen the first time', () => {
    expect(fitToDisplays(null, [laptop], laptop)).toEqual(middleOfLaptop);
  });

  it('is the middle of the primary screen where its own was unplugged', () => {
    expect(fitToDisplays({ x: 1600, y: 0, width: 1000, height: 700 }, [laptop], laptop)).toEqual(middleOfLaptop);
  });

  it.each([
    ['its title bar is above the screen', { x: 100, y: -60, width: 1000, height: 700 }],
    ['its title bar is below the screen', { x: 100, y: 850, width: 1000, height: 700 }],
    ['only an edge is left on the screen', { x: 1400, y: 100, width: 1000, height: 700 }],
  ])('is the middle of the primary screen where %s', (_what, bounds) => {
    expect(fitToDisplays(bounds, [laptop], laptop)).toEqual(middleOfLaptop);
  });

  it('is moved and cut to its screen where that became smaller', () => {
    const bounds = { x: 1300, y: 0, width: 2000, height: 1200 };
    expect(fitToDisplays(bounds, [laptop], laptop)).toEqual({ x: 0, y: 0, width: 1440, height: 860 });
  });

  it('is never smaller than what can be used, unless the screen is', () => {
    expect(fitToDisplays({ x: 10, y: 10, width: 200, height: 100 }, [laptop], laptop)).toMatchObject({
      width: 720,
      height: 480,
    });
    const tiny = { workArea: { x: 0, y: 0, width: 640, height: 400 } };
    expect(fitToDisplays({ x: 0, y: 0, width: 900, height: 600 }, [tiny], tiny)).toEqual({ ...tiny.workArea });
  });
});

describe('the state of the window', () => {
  const state = { version: 1, bounds: middleOfLaptop, isMaximized: true, isFullScreen: false } as const;

  it('is read as it was written', () => {
    writeWindowState(file, state);
    expect(readWindowState(file)).toEqual(state);
  });

  it.each([
    ['missing', null],
    ['not JSON', '{'],
    ['of another version', JSON.stringify({ ...state, version: 2 })],
    ['without a size', JSON.stringify({ ...state, bounds: { x: 0, y: 0 } })],
    ['of no size', JSON.stringify({ ...state, bounds: { ...middleOfLaptop, width: 0 } })],
    ['infinite', JSON.stringify({ ...state, bounds: { ...middleOfLaptop, width: 1e400 } })],
  ])('is the default where the file is %s', (_what, text) => {
    if (text !== null) writeFileSync(file, text);
    expect(readWindowState(file)).toBeNull();
  });
});

class RecordedWindow extends EventEmitter {
  static last: RecordedWindow | null = null;
  readonly options: BrowserWindowConstructorOptions;
  readonly webContents = Object.assign(new EventEmitter(), { id: 1, send: vi.fn(), setWindowOpenHandler: vi.fn() });
  readonly loadURL = vi.fn(() => Promise.resolve());
  readonly maximize = vi.fn();
  readonly show = vi.fn();
  readonly focus = vi.fn();
  readonly restore = vi.fn();
  readonly setFullScreen = vi.fn();
  isMaximized = () => true;
  isFullScreen = () => false;
  isMinimized = () => false;
  isDestroyed = () => false;
  getNormalBounds = () => ({ x: 5, y: 40, width: 900, height: 600 });

  constructor(options: BrowserWindowConstructorOptions) {
    super();
    this.options = options;
    RecordedWindow.last = this;
  }
}

describe('opening the window', () => {
  const dialog = new StandInDialog();
  const electron = { BrowserWindow: RecordedWindow, dialog, screen: new StandInScreen() } satisfies Pick<
    ShellElectron,
    'BrowserWindow' | 'dialog' | 'screen'
  >;
  const open = () => {
    openWindow(electron, { preload: '/app/preload.cjs', state: file });
    const window = RecordedWindow.last;
    if (!window) throw new Error('no window was opened');
    return window;
  };

  it('loads the page by its own scheme, and shows the window when there is something to see', () => {
    const window = open();
    expect(window.loadURL).toHaveBeenCalledExactlyOnceWith('app://nixstead/');
    expect(window.options).toMatchObject({ show: false, webPreferences: webPreferences('/app/preload.cjs') });
    expect(window.show).not.toHaveBeenCalled();
    window.emit('ready-to-show');
    expect(window.show).toHaveBeenCalledOnce();
    expect(window.maximize).not.toHaveBeenCalled();
  });

  it('keeps size and place for the next time', () => {
    open().emit('close');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      version: 1,
      bounds: { x: 5, y: 40, width: 900, height: 600 },
      isMaximized: true,
      isFullScreen: false,
    });
    const next = open();
    expect(next.options).toMatchObject({ x: 5, y: 40, width: 900, height: 600 });
    next.emit('ready-to-show');
    expect(next.maximize).toHaveBeenCalledOnce();
  });

  it('asks before a page goes that has something unsaved, and lets it stay unless told to lose it', () => {
    const { webContents } = open();
    const asked = vi.fn();
    dialog.onAsked = asked;
    const leave = (button: number | null): boolean => {
      if (button !== null) dialog.prepared.buttons.push(button);
      const event = { preventDefault: vi.fn() };
      webContents.emit('will-prevent-unload', event);
      return event.preventDefault.mock.calls.length > 0;
    };
    expect(leave(0)).toBe(true);
    expect(leave(1)).toBe(false);
    // Escape.
    expect(leave(null)).toBe(false);
    expect(asked).toHaveBeenCalledTimes(3);
    expect(asked.mock.calls[0]?.[0]).toMatchObject({ buttons: ['Lose It', 'Stay'], defaultId: 1 });
  });

  it('closes even where its place cannot be kept', () => {
    using complaint = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    rmSync(folder, { recursive: true });
    expect(() => open().emit('close')).not.toThrow();
    expect(complaint).toHaveBeenCalledOnce();
    folder = mkdtempSync(join(tmpdir(), 'nixstead-window-'));
  });
});
