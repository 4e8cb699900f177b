import type { Layout } from '../layout.ts';

/** A layout with what was done to it; every step can be taken back and done again. */
export interface History {
  readonly past: readonly Layout[];
  readonly present: Layout;
  readonly future: readonly Layout[];
}

export function startHistory(present: Layout): History {
  return { past: [], present, future: [] };
}

export function record(history: History, next: Layout): History {
  return next === history.present ? history : { past: [...history.past, history.present], present: next, future: [] };
}

export function undo(history: History): History {
  const { past, present, future } = history;
  const last = past.at(-1);
  return last === undefined ? history : { past: past.slice(0, -1), present: last, future: [present, ...future] };
}

export function redo(history: History): History {
  const { past, present, future } = history;
  const [next, ...rest] = future;
  return next === undefined ? history : { past: [...past, present], present: next, future: rest };
}
