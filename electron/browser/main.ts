import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { allowedExternalUrl } from '../../shared/doors/external-links.ts';
import { pageFolder } from '../doors/app-folder.ts';
import { addressRefused, listenFailed, pageMissing } from '../doors/errors.ts';
import { createEngine } from '../engine/engine.ts';
import { windowless, type Surroundings } from '../engine/surroundings.ts';
import { hasDisplay, openInBrowser, openSecretAddress } from './open-in-browser.ts';
import { openBrowserDoor } from './server.ts';
import type { BrowserDoor } from './server.ts';

export interface ServeOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Port on 127.0.0.1; absent: any free one. */
  readonly port?: number;
  /** Inherited listening socket, instead of a port. */
  readonly listenFd?: number;
  /** A fleet to open at once (absolute path). */
  readonly initialPath?: string | null;
  /** Open the user's browser too, where there is a display. */
  readonly isOpened?: boolean;
  /** Print one line of JSON, `{ "url", "port" }`, instead of the bare address. */
  readonly isJson?: boolean;
  readonly extraOrigins?: readonly string[];
  readonly print?: (line: string) => void;
  readonly complain?: (line: string) => void;
}

export interface Serving extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
}

/**
 * Starts an engine and opens the browser door on it; the address is printed when a page can be opened. Disposing closes
 * the door, then the engine. Jobs have processes of their own and go on.
 * @throws ProblemError `page-missing`, `port-taken`, `listen-failed`, and what the engine cannot start with
 */
export async function serve(options: ServeOptions = {}): Promise<Serving> {
  const env = options.env ?? process.env;
  const print = options.print ?? ((line) => process.stdout.write(`${line}\n`));
  const complain = options.complain ?? ((line) => process.stderr.write(`${line}\n`));
  if (!existsSync(join(pageFolder, 'index.html'))) throw pageMissing(pageFolder);

  await using started = new AsyncDisposableStack();
  const engine = started.use(
    await createEngine({ env, surroundings: browserSurroundings(options.initialPath ?? null) }),
  );
  const door = started.use(await openDoor(engine.router, options, complain));
  print(options.isJson ? JSON.stringify({ url: door.url, port: door.port }) : door.url);
  if (options.isOpened && hasDisplay(env)) started.use(await openSecretAddress(door.url));

  const running = started.move();
  return { url: door.url, port: door.port, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

async function openDoor(
  router: Parameters<typeof openBrowserDoor>[0]['router'],
  { port, listenFd, extraOrigins }: ServeOptions,
  complain: (line: string) => void,
): Promise<BrowserDoor> {
  const onUnexpectedError = (error: unknown) =>
    complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
  try {
    return await openBrowserDoor({ router, pageFolder, port, listenFd, extraOrigins, onUnexpectedError });
  } catch (error) {
    throw listenFailed(error, port);
  }
}

/** A browser shows no native dialog; links are opened by the page itself, and for the rest there is the allow list. */
function browserSurroundings(initialPath: string | null): Surroundings {
  return {
    ...windowless('browser'),
    initialPath,
    async openExternal(address) {
      const url = allowedExternalUrl(address);
      if (url === null) throw addressRefused(address);
      await openInBrowser(url);
    },
  };
}
