import type { BuildTree } from './build-tree.ts';
import { logPrefix } from './derivation-name.ts';
import { activityType, level, resultType, type ResultEvent, type StartEvent } from './internal-json.ts';
import type { ReadableLog } from './readable-log.ts';
import { plainText, shortened } from './terminal-text.ts';
import { TransferTotals } from './transfer-totals.ts';

const logTailLines = 40;
const longestLogLine = 2000;
/** Before its escape sequences are gone. */
const longestRawLine = 4 * longestLogLine;

interface Activity {
  readonly type: number;
  readonly text: string;
  /** The node that it works on; null: none. */
  readonly drv: string | null;
  /** What its log lines are shown with. */
  readonly prefix: string;
  /** False for the copy inside of a substitution: the node stands for the substitution. */
  readonly isWhole: boolean;
  done: number;
  expected: number;
  failed: number;
}

/**
 * Follows nix's activities and keeps the tree of nodes and the numbers of bytes up to date with them.
 *
 * What nix does not say in so many words: a build that stops is *done* if nix's own count of done builds has risen,
 * *failed* if its count of failures has (2.26 gives the reason before the stop, 2.34 after it), otherwise broken off. A
 * copy that stops before its last byte is broken off, unless its batch counts it as done.
 */
export class ActivityTracker {
  readonly bytes = new TransferTotals();
  readonly downloads = new TransferTotals();
  readonly #tree: BuildTree;
  readonly #log: ReadableLog;
  readonly #activities = new Map<string, Activity>();
  readonly #logTails = new Map<string, string[]>();
  /** Of nix's own counts: done builds and failures that no stopped build has been matched with yet. */
  #unmatchedDone = 0;
  #unmatchedFailed = 0;
  /** Copies that stopped before their last byte. */
  #brokenCopies: string[] = [];
  #plannedCopies = 0;

  constructor(tree: BuildTree, log: ReadableLog) {
    this.#tree = tree;
    this.#log = log;
  }

  start(event: StartEvent, at: number): void {
    const { type, text } = event;
    const [first, second, third] = event.fields;
    const isNode = type === activityType.build || type === activityType.substitute || type === activityType.copyPath;
    const drv = isNode ? textField(first) : null;
    // A path that is being substituted is copied by a child activity of its own.
    const isWhole = type !== activityType.copyPath || drv === null || this.#tree.get(drv)?.state !== 'running';
    if (drv !== null && isWhole) {
      if (type === activityType.build) this.#tree.start(drv, 'build', textField(second), at);
      else if (type === activityType.substitute) this.#tree.start(drv, 'fetch', textField(second), at);
      else if (third === 'local') this.#tree.start(drv, 'fetch', textField(second), at);
      else this.#tree.start(drv, 'copy', textField(third), at);
      const parent = this.#activities.get(event.parent)?.drv;
      if (parent !== undefined && parent !== null) this.#tree.connect(parent, drv);
    }
    this.#activities.set(event.id, {
      type,
      text,
      drv,
      prefix: drv === null ? '' : logPrefix(drv),
      isWhole,
      done: 0,
      expected: 0,
      failed: 0,
    });
    if (event.level <= level.info && text !== '') this.#log.add(`${text}...`);
  }

  stop(id: string, at: number): void {
    const activity = this.#activities.get(id);
    if (activity === undefined) return;
    this.#activities.delete(id);
    const { type, drv, done, expected } = activity;
    if (type === activityType.copyPath) this.bytes.add(0, done - expected);
    if (type === activityType.fileTransfer) this.downloads.add(0, done - expected);
    if (drv === null || this.#tree.get(drv)?.state !== 'running') return;
    if (type === activityType.build) this.#stopBuild(drv, at);
    else if (done < expected) {
      this.#tree.reset(drv);
      this.#brokenCopies.push(drv);
    } else if (activity.isWhole) this.#tree.end(drv, 'done', at);
  }

  /** The numbers of a progress result, on their own since nine of ten lines of a copy are these. */
  progress(id: string, done: number, expected: number, failed: number, at: number): void {
    const activity = this.#activities.get(id);
    if (activity === undefined) return;
    switch (activity.type) {
      case activityType.copyPath:
        this.bytes.add(done - activity.done, expected - activity.expected);
        break;
      case activityType.fileTransfer:
        this.downloads.add(done - activity.done, expected - activity.expected);
        break;
      case activityType.builds:
        this.#unmatchedDone += done - activity.done;
        this.#unmatchedFailed += failed - activity.failed;
        break;
      case activityType.copyPaths:
        // The batch of `nix copy` has a text; that of the builder, which plans as it goes, has none.
        if (activity.text === '') break;
        this.#plannedCopies += expected - activity.expected;
        this.#acceptCopies(done - activity.done, at);
        break;
    }
    activity.done = done;
    activity.expected = expected;
    activity.failed = failed;
  }

  result(event: ResultEvent, at: number): void {
    const [first, second, , fourth] = event.fields;
    switch (event.type) {
      case resultType.buildLogLine:
      case resultType.postBuildLogLine:
        if (typeof first === 'string') this.buildLogLine(event.id, first);
        break;
      case resultType.setPhase: {
        const drv = this.#activities.get(event.id)?.drv;
        if (drv !== undefined && drv !== null && typeof first === 'string')
          this.#tree.setPhase(drv, shortened(plainText(first), 200));
        break;
      }
      case resultType.setExpected:
        if (typeof second !== 'number') break;
        if (first === activityType.copyPath) this.bytes.announce(event.id, second);
        if (first === activityType.fileTransfer) this.downloads.announce(event.id, second);
        break;
      case resultType.progress:
        if (typeof first === 'number' && typeof second === 'number' && typeof fourth === 'number') {
          this.progress(event.id, first, second, fourth, at);
        }
        break;
    }
  }

  /** A line of a build's log, or of a hook that runs after it. */
  buildLogLine(id: string, line: string): void {
    const activity = this.#activities.get(id);
    if (activity === undefined || activity.drv === null) {
      this.#log.add(line);
      return;
    }
    this.#log.addBuildLine(activity.prefix, line);
    let tail = this.#logTails.get(activity.drv);
    if (tail === undefined) this.#logTails.set(activity.drv, (tail = []));
    tail.push(line.length > longestRawLine ? line.slice(0, longestRawLine) : line);
    if (tail.length > logTailLines * 4) tail.splice(0, tail.length - logTailLines);
  }

  /** Nix says that this derivation failed, which is the truth whatever the counts said. */
  fail(drv: string, at: number): void {
    const node = this.#tree.get(drv);
    if (node?.state !== 'failed' && this.#unmatchedFailed > 0) this.#unmatchedFailed -= 1;
    if (node === undefined) this.#tree.plan(drv, 'build');
    this.#tree.end(drv, 'failed', at);
  }

  /** An error has ended what was being copied (`hasFailed`), or a person has. */
  settleCopies(hasFailed: boolean, at: number): void {
    if (hasFailed) for (const path of this.#brokenCopies) this.#tree.end(path, 'failed', at);
    this.#brokenCopies = [];
  }

  /** The end of a derivation's own log, without escape sequences; null: it printed nothing. */
  logTail(drv: string): readonly string[] | null {
    const tail = this.#logTails.get(drv);
    if (tail === undefined) return null;
    return tail.slice(-logTailLines).map((line) => shortened(plainText(line), longestLogLine));
  }

  /** Copies that are planned, started or not. */
  get plannedCopies(): number {
    return this.#plannedCopies;
  }

  /** What nix does apart from the nodes, the latest thing: `evaluating derivation '…'`. */
  get current(): string | null {
    let text: string | null = null;
    for (const activity of this.#activities.values()) {
      if (activity.drv === null && activity.text !== '') text = activity.text;
    }
    return text === null ? null : shortened(plainText(text), 300);
  }

  #stopBuild(drv: string, at: number): void {
    if (this.#unmatchedDone > 0) {
      this.#unmatchedDone -= 1;
      this.#tree.end(drv, 'done', at);
      this.#logTails.delete(drv);
    } else if (this.#unmatchedFailed > 0) {
      this.#unmatchedFailed -= 1;
      this.#tree.end(drv, 'failed', at);
    } else this.#tree.reset(drv);
  }

  /** The batch counts these as done, whatever number of bytes they told last (`ssh://` leaves some out). */
  #acceptCopies(count: number, at: number): void {
    for (let i = 0; i < count; i += 1) {
      const path = this.#brokenCopies.pop();
      if (path !== undefined) this.#tree.end(path, 'done', at);
    }
  }
}

function textField(field: string | number | undefined): string | null {
  return typeof field === 'string' && field !== '' ? field : null;
}
