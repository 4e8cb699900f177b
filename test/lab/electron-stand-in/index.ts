import { EventEmitter } from 'node:events';
import type { BrowserWindowConstructorOptions } from 'electron';
import type { ShellElectron } from '../../../electron/shell/electron-api.ts';
import { StandInApp } from './app.ts';
import { StandInWindow } from './browser-window.ts';
import type { WindowSurroundings } from './browser-window.ts';
import { startChromium } from './chromium.ts';
import type { RunningChromium } from './chromium.ts';
import { answerTests } from './control.ts';
import { StandInDialog, StandInMenu, StandInScreen, StandInShell } from './desktop.ts';
import { StandInMessageChannel } from './message-channel.ts';
import { StandInProtocol, StandInSession } from './session.ts';
import { StandInUtilityProcess } from './utility-process.ts';

// What `import 'electron'` gives in a process that register.ts was loaded into: this project's use of Electron, with
// Debian's Chromium behind its windows and Node processes behind its utility processes.

export const app = new StandInApp();
export const dialog = new StandInDialog();
export const ipcMain = new EventEmitter();
export const Menu = StandInMenu;
export const MessageChannelMain = StandInMessageChannel;
export const protocol = new StandInProtocol(app);
export const screen = new StandInScreen();
export const session = { defaultSession: new StandInSession() };
export const shell = new StandInShell();
export const utilityProcess = StandInUtilityProcess;

let running: Promise<RunningChromium> | null = null;

function chromium(): Promise<RunningChromium> {
  running ??= startChromium(app.userData).then(async (started) => {
    const permissions = session.defaultSession.grantedTo('app://nixstead');
    await started.context.grantPermissions(permissions, { origin: 'https://nixstead.app.invalid' });
    return started;
  });
  return running;
}

const surroundings: WindowSurroundings = {
  app,
  session: session.defaultSession,
  ipcMain,
  context: async () => (await chromium()).context,
  answer: async (request) =>
    (await protocol.handlers.get(new URL(request.url).protocol.slice(0, -1))?.(request)) ?? null,
};

export class BrowserWindow extends StandInWindow {
  constructor(options: BrowserWindowConstructorOptions) {
    super(surroundings, options);
  }
}

app.closeWindows = async () => {
  for (const window of [...StandInWindow.open]) if (!(await window.close())) return false;
  return true;
};
app.shutDown = async () => {
  const started = await running?.catch(() => null);
  await started?.context.close();
};

answerTests({ app, dialog, protocol, session: session.defaultSession, shell, chromium });

// Held against the part of Electron that the shell uses, whose types are Electron's own.
({
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  MessageChannelMain,
  protocol,
  screen,
  session,
  shell,
  utilityProcess,
}) satisfies ShellElectron;

// Main modules are evaluated before Electron is ready.
setImmediate(() => app.becomeReady());
