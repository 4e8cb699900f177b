import { closeSync, fdatasyncSync, fstatSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { jobEvent, type JobEvent } from '../../../shared/contract/job.ts';

const NEWLINE = 0x0a;
const TAIL_BYTES = 256 * 1024;

/**
 * Appends events, each as one line in one write, so that readers never see two mixed. A line that a dying writer left
 * torn is closed first; readers skip it.
 */
export class EventAppender implements Disposable {
  readonly #descriptor: number;
  #nextSeq: number;

  constructor(file: string) {
    this.#descriptor = openSync(file, 'a+', 0o600);
    const { size } = fstatSync(this.#descriptor);
    this.#nextSeq = 0;
    if (size === 0) return;
    const content = readFileSync(file);
    this.#nextSeq = (parseLines(content).events.at(-1)?.seq ?? -1) + 1;
    if (content.at(-1) !== NEWLINE) writeSync(this.#descriptor, '\n');
  }

  get nextSeq(): number {
    return this.#nextSeq;
  }

  /** Writes one event. `isDurable`: it outlives a power cut. */
  append(event: DistributiveOmit<JobEvent, 'seq'>, isDurable = false): void {
    const line = Buffer.from(`${JSON.stringify({ seq: this.#nextSeq, ...event })}\n`);
    let written = 0;
    while (written < line.length) written += writeSync(this.#descriptor, line, written);
    this.#nextSeq += 1;
    if (isDurable) fdatasyncSync(this.#descriptor);
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}

type DistributiveOmit<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never;

/** Reads a growing file of events from where it left off. A missing file reads as an empty one. */
export class EventTail {
  readonly #file: string;
  #offset = 0;
  #rest: Buffer = Buffer.alloc(0);

  constructor(file: string) {
    this.#file = file;
  }

  /** The events whose lines were completed since the last call. */
  read(): JobEvent[] {
    const fresh = readFrom(this.#file, this.#offset);
    if (fresh.length === 0) return [];
    this.#offset += fresh.length;
    const { events, rest } = parseLines(Buffer.concat([this.#rest, fresh]));
    this.#rest = Buffer.from(rest);
    return events;
  }
}

export function readEvents(file: string): JobEvent[] {
  return new EventTail(file).read();
}

/** True where the last event says that the job is over; reads only the end of the file. */
export function isFinished(file: string): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return false;
  }
  try {
    const { size } = fstatSync(descriptor);
    const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(descriptor, tail, 0, tail.length, size - tail.length);
    if (parseLines(tail).events.at(-1)?.type === 'finished') return true;
    return size > tail.length && readEvents(file).at(-1)?.type === 'finished';
  } finally {
    closeSync(descriptor);
  }
}

/** Complete lines as events; a line that is none (torn by a dying writer) is skipped. */
function parseLines(bytes: Buffer): { events: JobEvent[]; rest: Buffer } {
  const events: JobEvent[] = [];
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    const event = parseEvent(bytes.toString('utf8', start, end));
    if (event !== null) events.push(event);
    start = end + 1;
  }
  return { events, rest: bytes.subarray(start) };
}

function parseEvent(line: string): JobEvent | null {
  try {
    return jobEvent.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

function readFrom(file: string, offset: number): Buffer {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return Buffer.alloc(0);
  }
  try {
    const length = Math.max(0, fstatSync(descriptor).size - offset);
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset));
  } finally {
    closeSync(descriptor);
  }
}
