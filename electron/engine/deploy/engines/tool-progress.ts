import { noSwitchProgress, readSwitchLine, type SwitchProgress } from '../switch-output.ts';
import type { ToolEvent, ToolLine, ToolStage } from './tool-line.ts';

interface ToolFailure {
  readonly stage: ToolStage;
  /** The program's own words. */
  readonly reason: string;
  /** Of what failed below the program, where it tells. */
  readonly exitCode: number | null;
}

interface Counted {
  readonly done: number;
  readonly total: number;
}

/** How far a program is with one host. */
export interface ToolHostProgress {
  /** null: it has not begun with it. */
  readonly stage: ToolStage | null;
  readonly done: readonly ToolStage[];
  readonly failure: ToolFailure | null;
  /** The system's store path, where the program names it. */
  readonly system: string | null;
  readonly derivations: Counted;
  readonly paths: Counted;
  /** Why the program put back what ran before, in its words. */
  readonly wentBack: string | null;
  /** True where it could not do that. */
  readonly isStuckBetween: boolean;
  readonly switched: SwitchProgress;
  /** What was said about the host in the present stage, the last lines of it. */
  readonly lines: readonly string[];
}

/** How far a run of a deploying program is. Immutable. */
export interface ToolProgress {
  readonly hosts: ReadonlyMap<string, ToolHostProgress>;
  /** A failure of several hosts at once, of which the program cannot tell whose it is. */
  readonly shared: ToolFailure | null;
  readonly isNothingSelected: boolean;
  /** Why the program as a whole gave up; the first reason that it gave. */
  readonly stopped: string | null;
  /** Lines that belong to no single host, the last of them. */
  readonly lines: readonly string[];
}

export const beforeTool: ToolProgress = {
  hosts: new Map(),
  shared: null,
  isNothingSelected: false,
  stopped: null,
  lines: [],
};

const beforeHost: ToolHostProgress = {
  stage: null,
  done: [],
  failure: null,
  system: null,
  derivations: { done: 0, total: 0 },
  paths: { done: 0, total: 0 },
  wentBack: null,
  isStuckBetween: false,
  switched: noSwitchProgress,
  lines: [],
};

/** Enough for the whole trace of an evaluation. */
const keptLines = 400;

function kept(lines: readonly string[], text: string): readonly string[] {
  return text.trim() === '' ? lines : [...lines, text].slice(-keptLines);
}

/**
 * The run after one more line.
 * @param only the host of a run that has one: what names no host is about it
 */
export function takeToolLine(before: ToolProgress, line: ToolLine, only: string | null = null): ToolProgress {
  const host = line.host ?? only;
  const { event } = line;
  const lines = line.host === null && !line.isAside ? kept(before.lines, line.text) : before.lines;
  if (event?.type === 'nothing-selected') return { ...before, lines, isNothingSelected: true };
  if (event?.type === 'stopped') return { ...before, lines, stopped: before.stopped ?? event.reason };
  if (host === null) {
    const shared = event?.type === 'failed' ? { ...event } : null;
    return { ...before, lines, shared: before.shared ?? shared };
  }
  const known = before.hosts.get(host) ?? beforeHost;
  return { ...before, lines, hosts: new Map(before.hosts).set(host, takeHostLine(known, line)) };
}

function takeHostLine(before: ToolHostProgress, { text, event, isAside }: ToolLine): ToolHostProgress {
  const after = event === null ? before : takeEvent(before, event);
  const isSwitching = after.stage === 'activate' && !isAside;
  return {
    ...after,
    lines: isAside ? after.lines : kept(after.lines, text),
    switched: isSwitching ? readSwitchLine(after.switched, text) : after.switched,
  };
}

function takeEvent(before: ToolHostProgress, event: ToolEvent): ToolHostProgress {
  switch (event.type) {
    case 'begins':
      return begin(before, event.stage);
    case 'done': {
      const done = [...new Set([...before.done, event.stage])];
      return { ...before, done, system: event.system ?? before.system };
    }
    case 'failed':
      // What fails first is the reason of what is told after it.
      return before.failure ? before : { ...before, failure: event };
    case 'expected':
      return { ...before, [event.of]: { done: before[event.of].done, total: before[event.of].done + event.count } };
    case 'counted': {
      const done = before[event.of].done + 1;
      const now = event.stage === undefined ? before : begin(before, event.stage);
      return { ...now, [event.of]: { done, total: Math.max(done, before[event.of].total) } };
    }
    case 'went-back':
      return { ...before, wentBack: before.wentBack ?? event.reason };
    case 'not-back':
      return { ...before, wentBack: before.wentBack ?? event.reason, isStuckBetween: true };
    case 'nothing-selected':
    case 'stopped':
      return before;
  }
}

/** A program that is further has done what it did before, whether it said so or not. */
function begin(before: ToolHostProgress, stage: ToolStage): ToolHostProgress {
  if (before.stage === stage) return before;
  const done = before.stage === null ? before.done : [...new Set([...before.done, before.stage])];
  return { ...before, stage, done, lines: [] };
}
