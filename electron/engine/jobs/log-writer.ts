import { closeSync, openSync, writeSync } from 'node:fs';
import type { HostName } from '../../../shared/contract/ids.ts';
import type { JobFolder } from './job-folder.ts';

/**
 * Appends to the logs of a job, byte for byte as they come. Writing is synchronous: a runner has nothing better to do,
 * and what was said before a crash is on disk. A disk that is full costs the log, not the deploy: `onFailure` hears of it
 * once.
 */
export class LogWriter implements Disposable {
  readonly #folder: JobFolder;
  readonly #onFailure: (error: Error) => void;
  readonly #descriptors = new Map<HostName | null, number>();
  #hasFailed = false;

  constructor(folder: JobFolder, onFailure: (error: Error) => void) {
    this.#folder = folder;
    this.#onFailure = onFailure;
  }

  write(host: HostName | null, data: Uint8Array | string): void {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    try {
      const descriptor = this.#descriptorOf(host);
      for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (!this.#hasFailed) this.#onFailure(error);
      this.#hasFailed = true;
    }
  }

  [Symbol.dispose](): void {
    for (const descriptor of this.#descriptors.values()) closeSync(descriptor);
    this.#descriptors.clear();
  }

  #descriptorOf(host: HostName | null): number {
    let descriptor = this.#descriptors.get(host);
    if (descriptor === undefined) {
      descriptor = openSync(this.#folder.log(host), 'a', 0o600);
      this.#descriptors.set(host, descriptor);
    }
    return descriptor;
  }
}
