import { serve } from '../../electron/browser/main.ts';

export interface BrowserStart {
  readonly port: number | undefined;
  /** Absolute path of a fleet to open at once. */
  readonly fleet: string | null;
  /** Whether the user's browser is opened, where there is a display. */
  readonly isOpened: boolean;
}

/** Serves the app on 127.0.0.1, prints its address and goes on until it is told to stop. */
export async function runInBrowser({ port, fleet, isOpened }: BrowserStart): Promise<void> {
  await using serving = await serve({ port, initialPath: fleet, isOpened });
  process.stderr.write(
    `start: open the address above in a browser of this computer; Ctrl-C ends it (port ${serving.port})\n`,
  );
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
    process.once('SIGHUP', resolve);
  });
}
