import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { FleetId } from '../../../shared/contract/ids.ts';

const file = z.record(z.string(), z.number().positive());

/** How much memory a host of each fleet took when it was last evaluated, so that chunks fit; kept among the caches. */
export class MemoryHistory {
  readonly #path: string;

  /** @param cache `home.cache` */
  constructor(cache: string) {
    this.#path = join(cache, 'evaluation-memory.json');
  }

  #read(): Record<string, number> {
    try {
      return file.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch {
      return {};
    }
  }

  bytesPerHost(id: FleetId): number | null {
    return this.#read()[id] ?? null;
  }

  /** Keeps what was measured; a cache that cannot be written is none. */
  save(id: FleetId, bytesPerHost: number): void {
    try {
      const temporary = `${this.#path}.${process.pid}`;
      writeFileSync(temporary, JSON.stringify({ ...this.#read(), [id]: Math.round(bytesPerHost) }));
      renameSync(temporary, this.#path);
    } catch {
      // It is measured again next time.
    }
  }
}
