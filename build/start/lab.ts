import type { ChildProcess, StdioOptions } from 'node:child_process';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { hasDisplay, openSecretAddress } from '../../electron/browser/open-in-browser.ts';
import { commandLine, labAvailability, nodePath } from '../../test/lab/index.ts';
import { openListeningSocket } from '../../test/lab/listening-socket.ts';
import { startPractice } from '../../test/lab/practice.ts';
import { startGroup } from '../../test/lab/run-command.ts';

export interface LabStart {
  readonly port: number | undefined;
  /** Whether the user's browser is opened, where there is a display. */
  readonly isOpened: boolean;
  readonly say: (line: string) => void;
}

const address = z.object({ url: z.string() });

/**
 * Brings up three practice hosts and their fleet, opens the app on it, and takes everything down at the end.
 * @returns the exit status
 */
export async function runPractice(start: LabStart): Promise<number> {
  const availability = await labAvailability();
  if (!availability.available) {
    start.say(`practice hosts cannot run here: ${availability.reason}`);
    return 1;
  }
  await using practice = await startPractice((line) => start.say(line));
  start.say(`the hosts run; their fleet is ${practice.fleetPath}`);
  const status = await runInLab(
    practice.fleetPath,
    (argv, stdio) => practice.spawnInController(argv, { stdio }),
    start,
  );
  start.say('taking the hosts down ...');
  return status;
}

/**
 * Opens the app where the fleet of a running lab (`npm run lab -- up`) is at home.
 * @param enter the words before a command that run it there
 * @returns the exit status
 */
export function runInRunningLab(enter: readonly string[], fleet: string, start: LabStart): Promise<number> {
  return runInLab(fleet, (argv, stdio) => startGroup([...enter, ...argv], { stdio }), start);
}

async function runInLab(
  fleet: string,
  spawnInside: (argv: readonly string[], stdio: StdioOptions) => ChildProcess,
  { port, isOpened, say }: LabStart,
): Promise<number> {
  const socket = await openListeningSocket(port);
  const app = spawnInside(
    // A socket that was opened outside of the lab's network: a browser of this computer reaches it, and nothing inside
    // reaches out.
    [nodePath, commandLine, 'serve', fleet, '--listen-fd', '3', '--no-open', '--json'],
    ['ignore', 'pipe', 'inherit', socket.fd],
  );
  socket[Symbol.dispose]();
  const ended = new Promise<number>((resolve, reject) => {
    app.on('error', reject);
    app.on('exit', (code) => resolve(code ?? 0));
  });
  // Ctrl-C reaches this process; the app inside is told, and its hosts end after it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => app.kill('SIGTERM'));

  await using opened = new AsyncDisposableStack();
  if (app.stdout) {
    createInterface({ input: app.stdout }).on('line', (line) => {
      const { url } = address.parse(JSON.parse(line));
      console.log(url);
      say('open the address above in a browser of this computer; Ctrl-C ends it');
      if (isOpened && hasDisplay(process.env)) void openSecretAddress(url).then((file) => opened.use(file));
    });
  }
  return await ended;
}
