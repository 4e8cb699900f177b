import { createORPCClient } from '@orpc/client';
import type { ClientContext, ClientLink } from '@orpc/client';
import { openFleetPath } from '../../shared/doors/window-port.ts';
import type { Client, Connection as ClientConnection, ConnectionState } from './client.ts';
import { LineRefusedError, portLines, preloadPortRequest, webSocketLines } from './connection-lines.ts';
import type { Line, LineMaker } from './connection-lines.ts';

/** A call could not be made, or was under way when the connection broke (then what it asked for may have happened). */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError';
}

export interface FollowHandlers<T> {
  /** Called for every value of the stream, in order; the next one is taken after it has settled. */
  each(value: T): void | Promise<void>;
  /** The stream came to its end. */
  done?(): void;
  /** The engine answered with an error; the stream is not opened again. */
  failed?(error: unknown): void;
}

/**
 * The page's connection. In state `connecting` calls wait, in `open` they go through; in `lost` (attempts go on by
 * themselves) and `refused` (the page must be opened anew with a valid token) they fail at once.
 */
export interface Connection extends ClientConnection, Disposable {
  readonly door: 'electron' | 'browser';
  /** The menu or a second start of the app asks to open the fleet at an absolute path (Electron only). */
  onOpenRequest(listener: (path: string) => void): () => void;
  /**
   * Follows a stream across lost connections: `open` is called again after each reconnection, so streams that begin
   * with a snapshot come back complete. Disposing ends the stream at the engine too.
   */
  follow<T>(open: (signal: AbortSignal) => Promise<AsyncIterable<T>>, handlers: FollowHandlers<T>): Disposable;
}

export interface ConnectOptions {
  /** Waiting time before attempt `n` (from 0) after a loss, in ms. */
  retryDelayMs?: (attempt: number) => number;
  /** The way to the engine; chosen by where the page runs. */
  lines?: LineMaker;
}

/** 250 ms, doubling up to 5 s: quick after an engine restart, quiet while nothing is there. */
function defaultRetryDelayMs(attempt: number): number {
  return Math.min(5000, 250 * 2 ** attempt);
}

/** Connects this page to its engine and keeps it connected. Called once, when the app starts. */
export function connect(options: ConnectOptions = {}): Connection {
  const requestPort = options.lines ? null : preloadPortRequest(window);
  const lines = options.lines ?? (requestPort ? portLines(window, requestPort) : webSocketLines(window));
  return new KeptConnection(lines, options.retryDelayMs ?? defaultRetryDelayMs);
}

class KeptConnection implements Connection {
  readonly door: 'electron' | 'browser';
  readonly client: Client;
  readonly state: ClientConnection['state'];
  readonly #lines: LineMaker;
  readonly #retryDelayMs: (attempt: number) => number;
  readonly #listeners = new Set<(state: ConnectionState) => void>();
  readonly #ended = new AbortController();
  #current: ConnectionState = 'connecting';
  #line: Line | null = null;

  constructor(lines: LineMaker, retryDelayMs: (attempt: number) => number) {
    this.#lines = lines;
    this.#retryDelayMs = retryDelayMs;
    this.door = lines.door;
    const link: ClientLink<ClientContext> = { call: (path, input, options) => this.#call(path, input, options) };
    this.client = createORPCClient(link);
    const current = () => this.#current;
    this.state = {
      get current() {
        return current();
      },
      subscribe: (onChange) => this.#subscribe(onChange),
    };
    void this.#keepConnected();
  }

  onOpenRequest(listener: (path: string) => void): () => void {
    const receive = (event: MessageEvent<unknown>) => {
      const path = event.source === window ? openFleetPath(event.data) : null;
      if (path !== null) listener(path);
    };
    window.addEventListener('message', receive);
    return () => window.removeEventListener('message', receive);
  }

  follow<T>(open: (signal: AbortSignal) => Promise<AsyncIterable<T>>, handlers: FollowHandlers<T>): Disposable {
    const stopped = new AbortController();
    void this.#follow(open, handlers, AbortSignal.any([stopped.signal, this.#ended.signal]));
    return { [Symbol.dispose]: () => stopped.abort() };
  }

  [Symbol.dispose](): void {
    this.#ended.abort();
    this.#line?.close();
    this.#listeners.clear();
  }

  async #follow<T>(
    open: (signal: AbortSignal) => Promise<AsyncIterable<T>>,
    handlers: FollowHandlers<T>,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      const line = await this.#nextLine(signal);
      if (!line) return;
      try {
        for await (const value of await open(signal)) {
          if (signal.aborted) return;
          await handlers.each(value);
        }
        if (!signal.aborted) handlers.done?.();
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (!line.lost.aborted) {
          handlers.failed?.(error);
          return;
        }
      }
    }
  }

  #subscribe(onChange: (state: ConnectionState) => void): () => void {
    this.#listeners.add(onChange);
    return () => this.#listeners.delete(onChange);
  }

  /** The open line, or the next one; null when the signal aborts first. */
  async #nextLine(signal: AbortSignal): Promise<Line | null> {
    while ((!this.#line || this.#line.lost.aborted) && !signal.aborted) await this.#stateChange(signal);
    return signal.aborted ? null : this.#line;
  }

  #stateChange(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const settle = () => {
        stop();
        signal?.removeEventListener('abort', settle);
        resolve();
      };
      const stop = this.#subscribe(settle);
      signal?.addEventListener('abort', settle, { once: true });
    });
  }

  async #call(...[path, input, options]: Parameters<ClientLink<ClientContext>['call']>): Promise<unknown> {
    while (this.#current === 'connecting' && !options.signal?.aborted) await this.#stateChange(options.signal);
    options.signal?.throwIfAborted();
    const line = this.#line;
    if (!line || line.lost.aborted) throw new ConnectionLostError('Nixstead is not connected to its engine.');
    try {
      return await line.link.call(path, input, options);
    } catch (error) {
      if (!line.lost.aborted || options.signal?.aborted) throw error;
      throw new ConnectionLostError('The connection to the engine broke.', { cause: error });
    }
  }

  async #keepConnected(): Promise<void> {
    const { signal } = this.#ended;
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        const line = await this.#lines.dial(signal);
        attempt = 0;
        this.#enter('open', line);
        await aborted(line.lost);
      } catch (error) {
        if (error instanceof LineRefusedError) {
          this.#enter('refused', null);
          return;
        }
      }
      if (signal.aborted) return;
      this.#enter('lost', null);
      await wait(this.#retryDelayMs(attempt), signal);
    }
  }

  #enter(state: ConnectionState, line: Line | null): void {
    this.#line = line;
    if (this.#current === state) return;
    this.#current = state;
    for (const listener of [...this.#listeners]) listener(state);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Settles after the time, earlier when the signal aborts or the page is looked at again (a sleeping laptop woke up). */
function wait(timeMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', settle);
      document.removeEventListener('visibilitychange', settle);
      resolve();
    };
    const timer = setTimeout(settle, timeMs);
    signal.addEventListener('abort', settle, { once: true });
    document.addEventListener('visibilitychange', settle);
  });
}
