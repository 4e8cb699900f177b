import type { Problem } from '../../shared/contract/problem.ts';
import type { ShellDialog } from './electron-api.ts';
import { problemText } from './errors.ts';

/** The platform's dialog for folders; null when it was closed without a choice. */
export async function chooseFleetFolder(dialog: ShellDialog): Promise<string | null> {
  const { canceled, filePaths } = await dialog.showOpenDialog({
    title: 'Open a fleet',
    message: 'Choose the folder with flake.nix',
    buttonLabel: 'Open Fleet',
    properties: ['openDirectory'],
  });
  return canceled ? null : (filePaths[0] ?? null);
}

/** Says that jobs go on without the window; resolves to whether the app shall quit. */
export async function confirmQuit(dialog: ShellDialog, unfinishedJobs: number): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'info',
    title: 'Quit Nixstead',
    message: unfinishedJobs === 1 ? 'A job is still running' : `${unfinishedJobs} jobs are still running`,
    detail:
      'Work goes on in the background after Nixstead quits. Open it again to follow it, to answer questions or to cancel it.',
    buttons: ['Quit', 'Stay'],
    defaultId: 0,
    cancelId: 1,
  });
  return response === 0;
}

/** Says that something typed would be lost; whether the page shall go all the same. Electron waits for the answer. */
export function confirmLeave(dialog: Pick<ShellDialog, 'showMessageBoxSync'>): boolean {
  const leave = 0;
  const response = dialog.showMessageBoxSync({
    type: 'warning',
    title: 'Nixstead',
    message: 'What you typed is not saved',
    detail: 'If the window is closed or loaded again now, it is lost.',
    buttons: ['Lose It', 'Stay'],
    defaultId: 1,
    cancelId: 1,
  });
  return response === leave;
}

/** Says why the app cannot go on. */
export async function showFailure(dialog: ShellDialog, problem: Problem): Promise<void> {
  await dialog.showMessageBox({
    type: 'error',
    title: 'Nixstead',
    message: problem.title,
    detail: problemText(problem),
    buttons: ['Quit'],
  });
}
