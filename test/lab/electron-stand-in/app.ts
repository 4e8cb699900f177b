import { EventEmitter } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AboutPanelOptionsOptions, App } from 'electron';
import { z } from 'zod';

/** An event that a handler can stop. */
export class StandInEvent {
  isPrevented = false;
  preventDefault(): void {
    this.isPrevented = true;
  }
}

const secondStart = z.object({ argv: z.array(z.string()), cwd: z.string(), data: z.unknown() });

/** Electron's `app` as far as this project uses it: the order of starting and quitting, and the single-instance lock. */
export class StandInApp extends EventEmitter {
  readonly isPackaged = false;
  readonly name = 'Nixstead';
  readonly aboutPanel: AboutPanelOptionsOptions[] = [];
  isSandboxEnabled = false;
  #userData = join(tmpdir(), 'electron-stand-in');
  #isReady = false;
  #isQuitting = false;
  #secondStarts: FSWatcher | null = null;
  readonly #ready = Promise.withResolvers<void>();
  /** What quitting closes first, and what is shut down last; set by the module that puts the stand-in together. */
  closeWindows: () => Promise<boolean> = async () => true;
  shutDown: () => Promise<void> = async () => undefined;

  get userData(): string {
    return this.#userData;
  }

  becomeReady(): void {
    this.#isReady = true;
    this.emit('ready');
    this.#ready.resolve();
  }

  whenReady(): Promise<void> {
    return this.#ready.promise;
  }

  /** Electron throws where this comes after ready; so does this. */
  enableSandbox(): void {
    this.assertNotReady('app.enableSandbox');
    this.isSandboxEnabled = true;
  }

  assertNotReady(what: string): void {
    if (this.#isReady) throw new Error(`${what} must be called before the app is ready`);
  }

  getVersion(): string {
    return '0.0.0-stand-in';
  }

  setPath(...[name, path]: Parameters<App['setPath']>): void {
    if (name !== 'userData') throw new Error(`The stand-in has no path ${name}`);
    this.#userData = path;
  }

  setAboutPanelOptions(options: AboutPanelOptionsOptions): void {
    this.aboutPanel.push(options);
  }

  requestSingleInstanceLock(additionalData: Record<string, unknown> = {}): boolean {
    mkdirSync(this.#userData, { recursive: true });
    const lock = join(this.#userData, 'stand-in.lock');
    const letters = join(this.#userData, 'stand-in-second-start.json');
    if (existsSync(lock) && isAlive(Number(readFileSync(lock, 'utf8')))) {
      writeFileSync(letters, JSON.stringify({ argv: process.argv, cwd: process.cwd(), data: additionalData }));
      return false;
    }
    writeFileSync(lock, String(process.pid));
    writeFileSync(letters, '');
    this.#secondStarts = watch(letters, () => this.#readSecondStart(letters));
    return true;
  }

  #readSecondStart(file: string): void {
    const text = readFileSync(file, 'utf8');
    // A file is emptied before it is written, and watched while it is half written.
    if (!text.endsWith('}')) return;
    writeFileSync(file, '');
    const { argv, cwd, data } = secondStart.parse(JSON.parse(text));
    this.emit('second-instance', new StandInEvent(), argv, cwd, data);
  }

  quit(): void {
    void this.#quit();
  }

  async #quit(): Promise<void> {
    if (this.#isQuitting) return;
    this.#isQuitting = true;
    try {
      if (this.#isStopped('before-quit')) return;
      if (!(await this.closeWindows())) return;
      if (this.#isStopped('will-quit')) return;
    } finally {
      this.#isQuitting = false;
    }
    this.exit(0);
  }

  /** While quitting, closing the last window says nothing of its own, as Electron documents it. */
  allWindowsClosed(): void {
    if (!this.#isQuitting && !this.emit('window-all-closed')) this.quit();
  }

  exit(code = 0): void {
    this.#secondStarts?.close();
    if (this.#secondStarts) rmSync(join(this.#userData, 'stand-in.lock'), { force: true });
    this.emit('quit', new StandInEvent(), code);
    void this.shutDown().finally(() => process.exit(code));
  }

  #isStopped(event: string): boolean {
    const asked = new StandInEvent();
    this.emit(event, asked);
    return asked.isPrevented;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
