import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import type { Browser, Page } from '@playwright/test';
import { z } from 'zod';
import { fromChromium } from './addresses.ts';
import { appState, dialogReport } from './control.ts';
import type { AppState, Ask } from './control.ts';

export interface LaunchOptions {
  /** The app's main file: the source, or the bundle of a build. */
  readonly main: string;
  /** What a person writes behind the app's name. */
  readonly arguments?: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

const answer = z.object({ id: z.int(), answer: z.unknown().optional(), error: z.string().optional() });

/** An app that runs in the stand-in, in a process of its own. */
export class StandInRun implements AsyncDisposable {
  /** The dialogs that appeared so far, as they were described to Electron. */
  readonly dialogs: Record<string, unknown>[] = [];
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (message: z.infer<typeof answer>) => void>();
  readonly #exit: Promise<number>;
  #browser: Browser | null = null;
  #complaints = '';
  #nextId = 1;

  constructor(options: LaunchOptions) {
    this.#child = fork(options.main, [...(options.arguments ?? [])], {
      execArgv: ['--import', join(import.meta.dirname, 'register.ts')],
      env: options.env,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#complaints += text));
    this.#exit = once(this.#child, 'exit').then(([code]) => (typeof code === 'number' ? code : 1));
    this.#child.on('message', (message) => {
      const report = dialogReport.safeParse(message);
      if (report.success) {
        this.dialogs.push(report.data.dialog);
        return;
      }
      const received = answer.parse(message);
      this.#waiting.get(received.id)?.(received);
      this.#waiting.delete(received.id);
    });
  }

  /** Its exit code, once it ended. */
  get exit(): Promise<number> {
    return this.#exit;
  }

  /** What the app and its engine wrote to standard error. */
  get complaints(): string {
    return this.#complaints;
  }

  async ask(ask: Ask): Promise<unknown> {
    const id = this.#nextId;
    this.#nextId += 1;
    const reply = new Promise<z.infer<typeof answer>>((resolve) => this.#waiting.set(id, resolve));
    this.#child.send({ id, ask });
    const gone = this.#exit.then((code): never => {
      throw new Error(`The app ended with exit code ${code} before it answered`);
    });
    const { error, answer: value } = await Promise.race([reply, gone]);
    if (error !== undefined) throw new Error([error, this.#complaints].join('\n'));
    return value;
  }

  async state(): Promise<AppState> {
    return appState.parse(await this.ask({ type: 'state' }));
  }

  /** The window's page, through a driver of the test's own. */
  async page(): Promise<Page> {
    const { debuggingAddress } = await this.state();
    this.#browser ??= await chromium.connectOverCDP(debuggingAddress);
    // A window's page is empty before the app's address is on it, and one that is shown again may not be there yet.
    const contexts = this.#browser.contexts();
    const isOfTheApp = (url: URL) => fromChromium(url.href).startsWith('app:');
    const wait = { waitUntil: 'commit' } as const;
    const arrived = async (page: Page) => page.waitForURL(isOfTheApp, wait).then(() => page);
    return Promise.any([
      ...contexts.flatMap((context) => context.pages()).map(arrived),
      ...contexts.map(async (context) => arrived(await context.waitForEvent('page'))),
    ]);
  }

  /** Ends it as `kill -9` does; its engine and its browser notice, as those of Electron do. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exit;
    await this.#browser?.close().catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser?.close().catch(() => undefined);
    // Without its test the app ends, and its browser with it.
    if (this.#child.connected) this.#child.disconnect();
    await this.#exit;
  }
}
