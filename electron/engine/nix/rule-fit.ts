import { readFailure } from './failure-message.ts';
import { fullSide } from './free-space.ts';
import type { NixRun } from './nix-run.ts';
import type { NixFailure, OutputLine } from './progress-view.ts';
import type { Rule } from './rule.ts';
import { rules } from './rules.ts';

export type Words = Readonly<Record<string, string | undefined>>;

/** A text that a rule fitted, with all that can be said about it. */
export interface Fit {
  readonly rule: Rule;
  readonly words: Words;
  readonly text: string;
  readonly line: string;
  readonly failure: NixFailure | null;
  readonly error: OutputLine | null;
}

/** The first rule, of those that are wanted, that fits this run. */
export function findFit(run: NixRun, isWanted: (rule: Rule) => boolean): Fit | null {
  const side = fullSideOf(run);
  for (const rule of rules) {
    if (!isWanted(rule)) continue;
    if (rule.verbs !== undefined && !rule.verbs.includes(run.verb)) continue;
    if (rule.side !== undefined && rule.side !== side) continue;
    const fit = rule.about === 'derivation' || rule.about === 'log' ? fitFailure(rule, run) : fitLine(rule, run);
    if (fit !== null) return fit;
  }
  return null;
}

/** The first derivation that failed is the cause: others may have failed because it took the machine down with it. */
function fitFailure(rule: Rule, run: NixRun): Fit | null {
  const failure = run.progress.failures[0];
  if (failure === undefined) return null;
  const text = rule.about === 'log' ? failure.logTail.join('\n') : failure.message;
  const match = rule.pattern.exec(text);
  if (match === null) return null;
  const words = { ...groupsOf(match), name: failure.name, drv: failure.drv };
  return { rule, words, text: failure.message, line: lineAround(text, match.index), failure, error: null };
}

function fitLine(rule: Rule, run: NixRun): Fit | null {
  const reason = rule.reason === undefined ? null : plainLine(run, rule.reason);
  if (rule.needsReason && reason === null) return null;
  const kind = rule.about === 'error' ? 'error' : 'plain';
  for (const line of run.progress.lines) {
    if (line.kind !== kind || readFailure(line.text)?.isConsequence) continue;
    if (rule.duringEvaluation && run.verb !== 'evaluate' && !isOfEvaluation(line)) continue;
    const match = rule.pattern.exec(line.text);
    const trace = rule.trace === undefined ? undefined : rule.trace.exec(line.trace);
    if (match === null || trace === null) continue;
    return {
      rule,
      words: { ...groupsOf(match), ...(trace && groupsOf(trace)) },
      text: reason ?? line.text,
      line: reason ?? lineAround(line.text, match.index),
      failure: null,
      error: kind === 'error' ? line : null,
    };
  }
  return null;
}

function plainLine(run: NixRun, pattern: RegExp): string | null {
  return run.progress.lines.find(({ kind, text }) => kind === 'plain' && pattern.test(text))?.text ?? null;
}

/** The evaluator names a place or tells what it was doing; nothing else in nix does. */
function isOfEvaluation(error: OutputLine): boolean {
  return error.place !== null || /^\s*… (?:while|from|if you get)/m.test(error.trace);
}

function fullSideOf(run: NixRun): 'here' | 'target' | null {
  if (run.verb !== 'copy' && run.target === undefined) return 'here';
  // Copying writes nothing here, so that without an answer of df the target is the one to assume.
  if (run.freeSpace?.target === undefined && run.freeSpace?.here === undefined) return 'target';
  return fullSide(run.freeSpace, run.progress.bytes.total);
}

/** `required2` is the same word as `required`, from the other half of a pattern. */
function groupsOf(match: RegExpExecArray): Record<string, string | undefined> {
  const words: Record<string, string | undefined> = {};
  for (const [key, value] of Object.entries(match.groups ?? {})) {
    if (value !== undefined) words[key.replace(/\d$/, '')] = value;
  }
  return words;
}

function lineAround(text: string, index: number): string {
  const from = text.lastIndexOf('\n', index - 1) + 1;
  const to = text.indexOf('\n', index);
  return text.slice(from, to < 0 ? undefined : to).trim();
}
