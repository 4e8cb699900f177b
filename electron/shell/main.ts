import {
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
} from 'electron';
import { appFolder } from '../doors/app-folder.ts';
import { shellFiles, startShell } from './start.ts';

// Electron's entry. Everything is in functions that are given what they use, so that tests can give them a stand-in.
const electron = {
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
};
startShell(electron, process, shellFiles(appFolder)).catch((error: unknown) => {
  console.error(error);
  dialog.showErrorBox('Nixstead could not start', error instanceof Error ? error.message : String(error));
  app.exit(1);
});
