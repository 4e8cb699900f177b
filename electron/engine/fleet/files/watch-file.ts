import { watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';
import { EventQueue } from '../../event-queue.ts';
import { fleetFilePath, hashOfFile } from './fleet-file.ts';

/**
 * The hash of a file now, and again whenever it has become another one. Its folder is watched, since editors put a new
 * file in the place of the old one; where that cannot be watched the first answer is the only one.
 */
export async function* watchFleetFile(
  folder: string,
  file: string,
  signal?: AbortSignal,
): AsyncGenerator<{ hash: string | null }, void, void> {
  const path = await fleetFilePath(folder, file);
  const changes = new EventQueue<null>();
  using _watcher = watcherOf(path, () => changes.push(null));
  let last = await hashOfFile(path);
  yield { hash: last };
  for await (const _change of changes.read(signal)) {
    const hash = await hashOfFile(path);
    if (hash === last) continue;
    last = hash;
    yield { hash };
  }
}

function watcherOf(path: string, onChange: () => void): Disposable {
  let watcher: FSWatcher | null = null;
  try {
    const name = basename(path);
    watcher = watch(dirname(path), { persistent: false }, (_event, changed) => {
      if (changed === null || changed === name) onChange();
    });
    // The folder is gone: so is the file.
    watcher.on('error', onChange);
  } catch {
    // A folder that is not there, or a system without watches to spare.
  }
  return { [Symbol.dispose]: () => watcher?.close() };
}
