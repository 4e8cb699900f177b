import type { BuildNode } from '../../../shared/contract/job.ts';
import { ActivityTracker } from './activity-tracker.ts';
import { BuildTree } from './build-tree.ts';
import {
  parseEvent,
  readLogLine,
  readProgress,
  type LogLine,
  type NixEvent,
  type ProgressNumbers,
} from './internal-json.ts';
import { LineSplitter } from './line-splitter.ts';
import type { ProgressView } from './progress-view.ts';
import { ReadableLog } from './readable-log.ts';
import { Words } from './words.ts';

const eventPrefix = '@nix ';
const eventInside = '@nix {"action":';

/**
 * What one run of nix is doing, from the text that it writes to stderr or to its terminal: internal-json, plain lines or
 * a mixture, both understood in their order. No clock and no effects in here: the same text and times give the same
 * state, however the text is cut into chunks. One object per run.
 */
export class NixProgress {
  readonly #splitter = new LineSplitter((line, leftOut) => this.#line(line, leftOut));
  readonly #numbers: ProgressNumbers = { id: '', done: 0, expected: 0, running: 0, failed: 0 };
  readonly #logLine: LogLine = { id: '', text: '' };
  readonly #tree = new BuildTree();
  readonly #log = new ReadableLog();
  readonly #activities = new ActivityTracker(this.#tree, this.#log);
  readonly #words = new Words(this.#tree, this.#activities, this.#log);
  #at = 0;

  /** Takes a piece of output that arrived at `at` (ms). Returns the readable log text that came of it. */
  push(chunk: string, at: number): string {
    this.#at = at;
    this.#splitter.push(chunk);
    this.#activities.bytes.sampleSpeed(at);
    this.#activities.downloads.sampleSpeed(at);
    return this.#log.take();
  }

  /**
   * Nix has ended. `hasSucceeded`: all that was planned is there now, also what another nix made meanwhile; otherwise
   * what still runs was broken off. Returns the last readable log text.
   */
  finish(at: number, hasSucceeded: boolean): string {
    this.#at = at;
    this.#splitter.end();
    this.#words.endError(at);
    for (const node of this.#tree.nodes) {
      if (hasSucceeded && node.state !== 'failed') this.#tree.end(node.drv, 'done', at);
      else if (node.state === 'running') this.#tree.reset(node.drv);
    }
    if (hasSucceeded) {
      this.#activities.bytes.complete();
      this.#activities.downloads.complete();
    }
    return this.#log.take();
  }

  /** Which derivations need which, where the caller knows (`nix derivation show`). */
  setInputs(inputs: ReadonlyMap<string, readonly string[]>): void {
    this.#tree.setInputs(inputs);
  }

  /** The nodes that changed since the last call. */
  takeChangedNodes(): BuildNode[] {
    return this.#tree.takeChanged();
  }

  /** `now` (ms) matters to the speeds alone. */
  view(now: number): ProgressView {
    const copies = this.#tree.count('copy');
    return {
      nodes: this.#tree.nodes,
      builds: this.#tree.count('build'),
      copies: { ...copies, expected: Math.max(copies.expected, this.#activities.plannedCopies) },
      fetches: this.#tree.count('fetch'),
      bytes: this.#activities.bytes.view(now),
      downloads: this.#activities.downloads.view(now),
      activity: this.#activities.current,
      evaluatedFiles: this.#words.evaluatedFiles,
      flakeSource: this.#words.flakeSource,
      flakeSubfolder: this.#words.flakeSubfolder,
      lines: this.#words.lines,
      failures: this.#words.failures,
      isInterrupted: this.#words.isInterrupted,
    };
  }

  #line(line: string, leftOut: number): void {
    if (readProgress(line, this.#numbers)) {
      const { id, done, expected, failed } = this.#numbers;
      this.#words.endError(this.#at);
      this.#activities.progress(id, done, expected, failed, this.#at);
      return;
    }
    if (readLogLine(line, this.#logLine)) {
      this.#words.endError(this.#at);
      this.#activities.buildLogLine(this.#logLine.id, this.#logLine.text);
      return;
    }
    // On a terminal, escape sequences or a line without an end may stand before the event.
    const from = line.startsWith(eventPrefix) ? 0 : line.indexOf(eventInside);
    const event = from < 0 || leftOut > 0 ? null : parseEvent(line.slice(from + eventPrefix.length));
    if (event === null) {
      this.#words.plainLine(line, leftOut, this.#at);
      return;
    }
    if (from > 0) this.#words.plainLine(line.slice(0, from), 0, this.#at);
    this.#words.endError(this.#at);
    this.#event(event);
  }

  #event(event: NixEvent): void {
    switch (event.action) {
      case 'result':
        this.#activities.result(event, this.#at);
        break;
      case 'msg':
        this.#words.message(event, this.#at);
        break;
      case 'start':
        this.#activities.start(event, this.#at);
        break;
      case 'stop':
        this.#activities.stop(event.id, this.#at);
        break;
    }
  }
}
