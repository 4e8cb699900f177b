import { spawn } from 'node:child_process';
import { openBrowserDoor } from '../../browser/server.ts';
import { pageFolder } from '../../doors/app-folder.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import type { Session } from '../session.ts';

export interface ServeOptions {
  readonly port?: number;
  readonly listenFd?: number;
  readonly open: boolean;
}

/** The program that opens an address in the user's browser; null where there is no display. */
function opener(env: NodeJS.ProcessEnv): string | null {
  if (process.platform === 'darwin') return 'open';
  return env['DISPLAY'] || env['WAYLAND_DISPLAY'] ? 'xdg-open' : null;
}

/** `serve`: the app in a browser on this computer, until Ctrl-C. */
export async function serve(session: Session, options: ServeOptions): Promise<ExitCode> {
  const { terminal } = session;
  await using door = await openBrowserDoor({
    router: session.engine.router,
    pageFolder,
    port: options.port,
    listenFd: options.listenFd,
    onUnexpectedError: (error) => terminal.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`),
  });
  if (session.isJson) session.printJson({ url: door.url, port: door.port });
  else session.print(`${door.url}\n`);
  const program = options.open ? opener(terminal.env) : null;
  if (program !== null) {
    // Where nothing opens it, the address stands on the terminal.
    spawn(program, [door.url], { stdio: 'ignore', detached: true })
      .on('error', () => undefined)
      .unref();
  }
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  return exitCodes.done;
}
