import type { BuildNode } from '../../../shared/contract/job.ts';
import type { Place } from '../../../shared/contract/problem.ts';
import type { ActivityTracker } from './activity-tracker.ts';
import { BoundedList } from './bounded-list.ts';
import type { BuildTree } from './build-tree.ts';
import { derivationName, packageName } from './derivation-name.ts';
import { readFailure } from './failure-message.ts';
import { level, type MessageEvent } from './internal-json.ts';
import { KeyValueFilter, reasonWithoutKeyValues, withoutKeyValues } from './key-values.ts';
import { continuesError, readPrintedError, startsError } from './plain-error.ts';
import type { NixFailure, OutputLine } from './progress-view.ts';
import type { ReadableLog } from './readable-log.ts';
import { plainText, shortened } from './terminal-text.ts';

const longestMessage = 16 * 1024;
const longestTrace = 256 * 1024;
const mostErrorLines = 4000;

const planned = /^(?:this|these)(?: \d+)? (derivation|path)s? will be (?:built|fetched)/;
const plannedEntry = /^ {2}(\/\S+)$/;
const startedInWords = /^(?:building|copying path) '(\/[^']+)'(?: (from|to) )?/;
const evaluatedFile = "evaluating file '";
/** The first flake.nix is that of the flake that was asked for; it may lie in a folder of the source. */
const evaluatedFlake = /^evaluating file '(«[^»]*»|\/.*?\/[0-9a-z]{32}-[^/]+)(?:\/(.+))?\/flake\.nix'$/;

/**
 * Understands what nix, ssh and others say in words, as messages or as plain lines: the plan, warnings, errors, and which
 * derivation an error is about.
 */
export class Words {
  readonly #tree: BuildTree;
  readonly #activities: ActivityTracker;
  readonly #log: ReadableLog;
  readonly #lines = new BoundedList<OutputLine>(150, 150);
  readonly #failures = new Map<string, NixFailure>();
  #planKind: BuildNode['kind'] | null = null;
  /** Lines of an error that is printed for people and goes on. */
  #printedError: string[] | null = null;
  readonly #keys = new KeyValueFilter();
  evaluatedFiles = 0;
  flakeSource: string | null = null;
  flakeSubfolder = '';
  isInterrupted = false;

  constructor(tree: BuildTree, activities: ActivityTracker, log: ReadableLog) {
    this.#tree = tree;
    this.#activities = activities;
    this.#log = log;
  }

  get lines(): readonly OutputLine[] {
    return this.#lines.items;
  }

  get failures(): readonly NixFailure[] {
    return [...this.#failures.values()];
  }

  message(event: MessageEvent, at: number): void {
    if (event.level === level.talkative && event.text.startsWith(evaluatedFile)) {
      this.evaluatedFiles += 1;
      if (this.flakeSource === null) {
        const flake = evaluatedFlake.exec(event.text);
        this.flakeSource = flake?.[1] ?? null;
        this.flakeSubfolder = flake?.[2] ?? '';
      }
      return;
    }
    const said = withoutKeyValues(event.text);
    if (event.level <= level.info) this.#log.add(said);
    const text = plainText(said);
    if (event.level === level.error && (event.raw !== null || text.startsWith('error:'))) {
      const own = event.raw === null ? text.slice('error:'.length) : reasonWithoutKeyValues(event.raw, event.text);
      this.#error(plainText(own), text, placeOf(event), at);
    } else if (!this.#isPlan(text)) {
      if (text.startsWith('error (ignored):')) this.#keep('ignored-error', text);
      else if (event.level <= level.warn) this.#keep(event.level === level.warn ? 'warning' : 'notice', text);
    }
  }

  /** `leftOut`: characters of the line that were dropped because it was too long. */
  plainLine(line: string, leftOut: number, at: number): void {
    for (const told of this.#keys.line(line)) this.#plainLine(told, told === line ? leftOut : 0, at);
  }

  #plainLine(line: string, leftOut: number, at: number): void {
    const text = plainText(line.length > longestMessage ? shortened(line, longestMessage) : line);
    if (text === '' && line !== '') return; // a progress bar was erased
    if (this.#printedError !== null) {
      if (continuesError(text)) {
        if (this.#printedError.length < mostErrorLines) this.#printedError.push(text);
        this.#log.add(line, leftOut);
        return;
      }
      this.#endError(at);
    }
    this.#log.add(line, leftOut);
    if (startsError(text)) this.#printedError = [text];
    else if (text !== '' && !this.#isPlan(text) && !this.#isStart(text, at)) {
      this.#keep(text.startsWith('warning: ') ? 'warning' : 'plain', text);
    }
  }

  /** Something else was said, so that an error that was being printed is complete. */
  endError(at: number): void {
    for (const told of this.#keys.end()) this.#plainLine(told, 0, at);
    this.#endError(at);
  }

  #endError(at: number): void {
    if (this.#printedError === null) return;
    const { message, trace, place } = readPrintedError(this.#printedError);
    this.#printedError = null;
    this.#error(message, trace, place, at);
  }

  /** `these 3 derivations will be built:` and the lines below it. */
  #isPlan(text: string): boolean {
    const plan = planned.exec(text);
    if (plan !== null) {
      this.#planKind = plan[1] === 'path' ? 'fetch' : 'build';
      return true;
    }
    const entry = this.#planKind === null ? null : plannedEntry.exec(text);
    if (entry !== null && this.#planKind !== null) {
      this.#tree.plan(entry[1] ?? '', this.#planKind);
      return true;
    }
    this.#planKind = null;
    return false;
  }

  /** Without internal-json nix says `building '…'...`, and never that it is done. */
  #isStart(text: string, at: number): boolean {
    const started = startedInWords.exec(text);
    if (started === null) return false;
    const kind = started[2] === undefined ? 'build' : started[2] === 'from' ? 'fetch' : 'copy';
    this.#tree.start(started[1] ?? '', kind, null, at);
    return true;
  }

  #error(message: string, trace: string, place: Place | null, at: number): void {
    const text = shortened(message.trim(), longestMessage);
    this.#lines.push({ kind: 'error', text, trace: shortened(trace, longestTrace), place });
    this.isInterrupted ||= text === 'interrupted by the user';
    this.#activities.settleCopies(!this.isInterrupted, at);
    const failure = readFailure(message);
    if (failure === null || failure.isConsequence) return;
    const { drv } = failure;
    this.#activities.fail(drv, at);
    if (this.#failures.has(drv)) return;
    const logTail = this.#activities.logTail(drv) ?? this.#printedTail(drv) ?? failure.logLines;
    this.#failures.set(drv, {
      drv,
      name: derivationName(drv),
      message: shortened(failure.message, longestMessage),
      logTail,
    });
  }

  /** Without internal-json and with -L, the build's lines are among the plain ones: `web-frontend> building`. */
  #printedTail(drv: string): string[] | null {
    const prefix = `${packageName(derivationName(drv))}> `;
    const lines: string[] = [];
    for (const { kind, text } of this.#lines.items) {
      if (kind === 'plain' && text.startsWith(prefix)) lines.push(text.slice(prefix.length));
    }
    return lines.length > 0 ? lines : null;
  }

  #keep(kind: OutputLine['kind'], text: string): void {
    this.#lines.push({ kind, text: shortened(text, longestMessage), trace: '', place: null });
  }
}

/** 2.26 and 2.34 put line and column behind the file's name as well; `«none»:0` means that there is no place. */
function placeOf(event: MessageEvent): Place | null {
  if (event.file === null || event.line === null || event.line < 1) return null;
  const file = event.file.replace(/:\d+(?::\d+)?$/, '');
  if (file === '«none»') return null;
  return { file, line: event.line, ...(event.column !== null && event.column > 0 ? { column: event.column } : {}) };
}
