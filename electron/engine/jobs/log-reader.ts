import { open, type FileHandle } from 'node:fs/promises';
import type { LogChunk } from '../../../shared/contract/job.ts';

/** How much is handed over at once when the reader is behind. */
const CHUNK_BYTES = 64 * 1024;
/** The shortest time between two pieces for a reader that keeps up: 60 a second. */
const INTERVAL_MS = 17;

interface LogSource {
  readonly file: string;
  /** True where nothing more will be written. */
  isComplete(): boolean;
  /** Resolves when more may have been written, or soon. */
  change(): Promise<void>;
}

/**
 * A log from a byte offset until it is complete. Each piece decodes by itself: it ends where a character ends, and bytes
 * that are no UTF-8 become U+FFFD. Memory is one piece, whatever the length of the log: the next is read when the caller
 * asks for it.
 */
export async function* readLog(source: LogSource, from: number, signal?: AbortSignal): AsyncGenerator<LogChunk> {
  const buffer = Buffer.alloc(CHUNK_BYTES);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let offset = from;
  let handle: FileHandle | null = null;
  let lastSentAt = 0;
  try {
    while (!signal?.aborted) {
      const isComplete = source.isComplete();
      handle ??= await openIfThere(source.file);
      const length = handle === null ? 0 : (await handle.read(buffer, 0, CHUNK_BYTES, offset)).bytesRead;
      const isBehind = length === CHUNK_BYTES;
      const isEnd = isComplete && !isBehind;
      const whole = isEnd ? length : wholeCharacters(buffer.subarray(0, length));
      if (whole > 0 || isEnd) {
        const text = decoder.decode(buffer.subarray(0, whole));
        yield { offset, nextOffset: offset + whole, text, isEnd };
        offset += whole;
      }
      if (isEnd) return;
      if (isBehind) continue;
      await source.change();
      const early = INTERVAL_MS - (performance.now() - lastSentAt);
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
      lastSentAt = performance.now();
    }
  } finally {
    await handle?.close();
  }
}

/** How many bytes there are up to the last character that is complete. A broken sequence counts as complete. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0b1100_0000) === 0b1000_0000) continue;
    return sequenceLength(byte) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function sequenceLength(lead: number): number {
  if (lead >= 0b1111_0000) return 4;
  if (lead >= 0b1110_0000) return 3;
  return lead >= 0b1100_0000 ? 2 : 1;
}

async function openIfThere(file: string): Promise<FileHandle | null> {
  try {
    return await open(file, 'r');
  } catch {
    return null;
  }
}
