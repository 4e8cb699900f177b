import { resolve } from 'node:path';
import { z } from 'zod';
import type { ShellApp } from './electron-api.ts';

/** What a second start hands to the first one. */
const handover = z.object({ folder: z.string().nullable() });

/**
 * The folder that the command line names, as an absolute path: the first argument that is no option. Under Electron's own
 * program (`electron .`) the first argument is the app.
 */
export function folderArgument(argv: readonly string[], workingFolder: string, isPackaged: boolean): string | null {
  const named = argv.slice(isPackaged ? 1 : 2).find((argument) => argument !== '' && !argument.startsWith('-'));
  return named === undefined ? null : resolve(workingFolder, named);
}

/**
 * Whether this is the only instance for its data folder. If another one runs, that one comes to the front and opens the
 * folder (`onSecondStart` there), and this one shall end.
 */
export function claimSingleInstance(
  app: Pick<ShellApp, 'requestSingleInstanceLock' | 'on'>,
  folder: string | null,
  onSecondStart: (folder: string | null) => void,
): boolean {
  app.on('second-instance', (_event, _argv, _workingFolder, data) => {
    const received = handover.safeParse(data);
    onSecondStart(received.success ? received.data.folder : null);
  });
  return app.requestSingleInstanceLock({ folder });
}
