import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { CDPSession, Page } from '@playwright/test';
import type { MessagePortMain } from 'electron';
import { z } from 'zod';
import { startIsolatedWorld, startMainWorld } from './isolated-world.js';
import { StandInPort } from './message-channel.ts';
import { PortCarrier } from './port-carrier.ts';

/** One document of one frame of the page, as far as messages to its preload script go. */
export interface PageFrame {
  readonly isMainFrame: boolean;
  /** As Chromium writes it. */
  readonly origin: string;
  postMessage(channel: string, message: unknown, transfer?: MessagePortMain[]): void;
}

export interface PageWorldHandlers {
  /** `ipcRenderer.send` of a preload script. */
  onIpc(frame: PageFrame, channel: string, args: unknown[]): void;
  onExposed(name: string): void;
}

const fromPage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ipc'), channel: z.string(), args: z.array(z.unknown()) }),
  z.object({ type: z.literal('exposed'), name: z.string() }),
  z.object({ type: z.literal('port'), id: z.int(), data: z.unknown() }),
  z.object({ type: z.literal('port-closed'), id: z.int() }),
]);

/** A document's frame with the ports that were sent to it. */
class Document implements PageFrame {
  readonly isMainFrame: boolean;
  readonly origin: string;
  readonly carrier: PortCarrier;
  readonly #evaluate: (message: unknown) => void;

  constructor(isMainFrame: boolean, origin: string, evaluate: (message: unknown) => void) {
    this.isMainFrame = isMainFrame;
    this.origin = origin;
    this.#evaluate = evaluate;
    this.carrier = new PortCarrier(evaluate);
  }

  postMessage(channel: string, message: unknown, transfer: MessagePortMain[] = []): void {
    this.send(channel, [message], transfer);
  }

  send(channel: string, args: unknown[], transfer: MessagePortMain[] = []): void {
    const ports = transfer.map((port) => this.carrier.carry(StandInPort.from(port)));
    this.#evaluate({ type: 'ipc', channel, args, ports });
    this.carrier.start(ports);
  }
}

/**
 * Runs a preload script in an isolated world of every document of a page, over the DevTools protocol, and carries its IPC
 * and its ports. Only that world has the binding to here, and the protocol says which document a message came from, so a
 * page's own scripts can forge neither.
 */
export class PageWorld {
  readonly #documents = new Map<number, Document>();
  readonly #session: CDPSession;
  readonly #handlers: PageWorldHandlers;

  static async open(page: Page, preloadFile: string, handlers: PageWorldHandlers): Promise<PageWorld> {
    const session = await page.context().newCDPSession(page);
    const world = new PageWorld(session, handlers);
    await world.#install(readFileSync(preloadFile, 'utf8'));
    return world;
  }

  private constructor(session: CDPSession, handlers: PageWorldHandlers) {
    this.#session = session;
    this.#handlers = handlers;
  }

  /** Sends to the preload script of the main frame's document. */
  send(channel: string, args: unknown[]): void {
    for (const document of this.#documents.values()) {
      if (document.isMainFrame) document.send(channel, args);
    }
  }

  async #install(preload: string): Promise<void> {
    const session = this.#session;
    const secret = randomUUID();
    const [worldName, binding, receiver] = [`preload-${secret}`, `toMain${secret}`, `fromMain${secret}`];
    const events = { expose: `expose-${secret}`, call: `call-${secret}` };

    await session.send('Page.enable');
    const mainFrame = (await session.send('Page.getFrameTree')).frameTree.frame;
    session.on('Runtime.executionContextCreated', ({ context }) => {
      const frameId: unknown = context.auxData?.['frameId'];
      if (context.name !== worldName || typeof frameId !== 'string') return;
      const evaluate = (message: unknown) => {
        const expression = `globalThis[${JSON.stringify(receiver)}](${asScript(message)})`;
        // The document may be gone by now; then its ports are closed below.
        session.send('Runtime.evaluate', { contextId: context.id, expression }).catch(() => undefined);
      };
      this.#documents.set(context.id, new Document(frameId === mainFrame.id, context.origin, evaluate));
    });
    session.on('Runtime.executionContextDestroyed', ({ executionContextId }) => this.#forget(executionContextId));
    session.on('Runtime.executionContextsCleared', () => {
      for (const id of [...this.#documents.keys()]) this.#forget(id);
    });
    session.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      const document = this.#documents.get(executionContextId);
      if (name === binding && document) this.#receive(document, payload);
    });

    // Electron runs preload scripts in main frames only, unless nodeIntegrationInSubFrames is set.
    const isolated = `if (window === window.top) (${startIsolatedWorld.toString()})(
      globalThis[${JSON.stringify(binding)}],
      (require) => { const module = { exports: {} }; const exports = module.exports; ${preload}\n },
      ${JSON.stringify(events)}, ${JSON.stringify(receiver)})`;
    await session.send('Runtime.enable');
    await session.send('Runtime.addBinding', { name: binding, executionContextName: worldName });
    const source = `(${startMainWorld.toString()})(${JSON.stringify(events)})`;
    await session.send('Page.addScriptToEvaluateOnNewDocument', { source });
    await session.send('Page.addScriptToEvaluateOnNewDocument', { source: isolated, worldName });
  }

  #receive(document: Document, payload: string): void {
    const message = fromPage.parse(JSON.parse(payload));
    if (message.type === 'ipc') this.#handlers.onIpc(document, message.channel, message.args);
    else if (message.type === 'exposed') this.#handlers.onExposed(message.name);
    else document.carrier.receive(message);
  }

  #forget(contextId: number): void {
    this.#documents.get(contextId)?.carrier.closeAll();
    this.#documents.delete(contextId);
  }
}

/** JSON as an expression of a script. */
function asScript(value: unknown): string {
  return JSON.stringify(value ?? null)
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}
