import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { optionDocument, type OptionDocument } from './document.ts';

/** The documents that are kept: those that were used last. One of a real nixpkgs is about 2 MB. */
const mostDocuments = 6;

/** Documents of options among the caches, each in a file of its own under the name of what it was read from. */
export class OptionCache {
  readonly #folder: string;

  /** @param cache `home.cache` */
  constructor(cache: string) {
    this.#folder = join(cache, 'options');
  }

  #file(key: string): string {
    return join(this.#folder, `${key}.json.gz`);
  }

  /** null: it is not there, or it is of another shape. */
  async read(key: string): Promise<OptionDocument | null> {
    try {
      const text = await promisify(gunzip)(await readFile(this.#file(key)));
      const now = new Date();
      await utimes(this.#file(key), now, now);
      return optionDocument.parse(JSON.parse(text.toString('utf8')));
    } catch {
      return null;
    }
  }

  /** Keeps a document and drops the oldest; a cache that cannot be written is none. */
  async save(key: string, document: OptionDocument): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const temporary = `${this.#file(key)}.${process.pid}`;
      await writeFile(temporary, await promisify(gzip)(JSON.stringify(document)));
      await rename(temporary, this.#file(key));
      await this.#prune();
    } catch {
      // It is read again next time.
    }
  }

  async #prune(): Promise<void> {
    const names = await readdir(this.#folder);
    const files = await Promise.all(
      names.map(async (name) => ({
        path: join(this.#folder, name),
        at: (await stat(join(this.#folder, name))).mtimeMs,
      })),
    );
    const old = files.sort((a, b) => b.at - a.at).slice(mostDocuments);
    await Promise.all(old.map(({ path }) => rm(path, { force: true })));
  }
}
