import { resolve } from 'node:path';
import { CommandFailed, problemOfCall } from '../errors.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { onInterrupt } from '../interrupt.ts';
import type { Printer } from '../printer.ts';

export interface ServeOptions {
  readonly port?: number;
  readonly listenFd?: number;
  readonly open: boolean;
}

/** `serve [DIR]`: the app in a browser on this computer, until Ctrl-C. Jobs go on after it. */
export async function serve(printer: Printer, folder: string | undefined, options: ServeOptions): Promise<ExitCode> {
  // The door's own modules are of no use to any other command.
  const { serve: openDoor } = await import('../../browser/main.ts');
  const { promise: interrupted, resolve: interrupt } = Promise.withResolvers<void>();
  const { terminal } = printer;
  using _interrupt = onInterrupt(interrupt);
  try {
    await using _door = await openDoor({
      env: terminal.env,
      port: options.port,
      listenFd: options.listenFd,
      initialPath: folder === undefined ? null : resolve(folder),
      isOpened: options.open,
      isJson: printer.isJson,
      print: (line) => printer.print(`${line}\n`),
      complain: (line) => terminal.stderr.write(`${line}\n`),
    });
    await interrupted;
    return exitCodes.done;
  } catch (error) {
    throw new CommandFailed(problemOfCall(error), exitCodes.failed);
  }
}
