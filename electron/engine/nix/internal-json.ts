/**
 * The lines that `nix --log-format internal-json` writes to stderr: `@nix {"action":…}`. The numbers are those of
 * nix's `ActivityType` and `ResultType` (src/libutil/logging.hh), checked against recorded output of 2.26 and 2.34.
 */

export const activityType = {
  unknown: 0,
  copyPath: 100,
  fileTransfer: 101,
  realise: 102,
  copyPaths: 103,
  builds: 104,
  build: 105,
  substitute: 108,
  postBuildHook: 110,
  buildWaiting: 111,
  fetchTree: 112,
} as const;

export const resultType = {
  buildLogLine: 101,
  setPhase: 104,
  progress: 105,
  setExpected: 106,
  postBuildLogLine: 107,
} as const;

/** Levels of messages (nix's `Verbosity`). */
export const level = { error: 0, warn: 1, notice: 2, info: 3, talkative: 4 } as const;

export type Field = string | number;

export interface MessageEvent {
  readonly action: 'msg';
  readonly level: number;
  /** As nix would print it, with colours, `error:` and the trace. */
  readonly text: string;
  /** The error alone; null where it is a message and not an error. */
  readonly raw: string | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
}

/**
 * Ids are kept as the digits that nix wrote: they are `pid << 32 | n`, and on a machine with pids above two million
 * that is more than a double can hold exactly.
 */
export interface StartEvent {
  readonly action: 'start';
  readonly id: string;
  readonly level: number;
  readonly parent: string;
  readonly text: string;
  readonly type: number;
  readonly fields: readonly Field[];
}

export interface StopEvent {
  readonly action: 'stop';
  readonly id: string;
}

export interface ResultEvent {
  readonly action: 'result';
  readonly id: string;
  readonly type: number;
  readonly fields: readonly Field[];
}

export type NixEvent = MessageEvent | StartEvent | StopEvent | ResultEvent;

/** Parses what follows `@nix `; null where it is not such an event (then it is a plain line). */
export function parseEvent(json: string): NixEvent | null {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || !('action' in value)) return null;
  switch (value.action) {
    case 'msg':
      return parseMessage(value);
    case 'start': {
      const id = digitsAfter(json, '"id":');
      if (id === null || !('type' in value) || typeof value.type !== 'number') return null;
      return {
        action: 'start',
        id,
        level: numberOr(value, 'level') ?? level.info,
        parent: digitsAfter(json, '"parent":') ?? '0',
        text: stringOr(value, 'text') ?? '',
        type: value.type,
        fields: fieldsOf(value),
      };
    }
    case 'stop': {
      const id = digitsAfter(json, '"id":');
      return id === null ? null : { action: 'stop', id };
    }
    case 'result': {
      const id = digitsAfter(json, '"id":');
      if (id === null || !('type' in value) || typeof value.type !== 'number') return null;
      return { action: 'result', id, type: value.type, fields: fieldsOf(value) };
    }
    default:
      return null;
  }
}

function parseMessage(value: object): MessageEvent | null {
  const text = stringOr(value, 'msg');
  const messageLevel = numberOr(value, 'level');
  if (text === null || messageLevel === null) return null;
  return {
    action: 'msg',
    level: messageLevel,
    text,
    raw: stringOr(value, 'raw_msg'),
    file: stringOr(value, 'file'),
    line: numberOr(value, 'line'),
    column: numberOr(value, 'column'),
  };
}

function stringOr(value: object, key: string): string | null {
  const found: unknown = Reflect.get(value, key);
  return typeof found === 'string' ? found : null;
}

function numberOr(value: object, key: string): number | null {
  const found: unknown = Reflect.get(value, key);
  return typeof found === 'number' ? found : null;
}

function fieldsOf(value: object): readonly Field[] {
  const found: unknown = Reflect.get(value, 'fields');
  if (!Array.isArray(found)) return [];
  const fields: Field[] = [];
  for (const field of found) fields.push(typeof field === 'number' || typeof field === 'string' ? field : '');
  return fields;
}

/**
 * The digits after a key of the outermost object. Inside a JSON string a quotation mark always has a backslash before
 * it, so `,"id":` or `{"id":` cannot be found in the middle of one.
 */
function digitsAfter(json: string, key: string): string | null {
  let at = json.indexOf(key);
  while (at > 0) {
    const before = json.charCodeAt(at - 1);
    if (before === 44 || before === 123) {
      const from = at + key.length;
      let to = from;
      while (isDigit(json.charCodeAt(to))) to += 1;
      return to > from ? json.slice(from, to) : null;
    }
    at = json.indexOf(key, at + 1);
  }
  return null;
}

const progressStart = '@nix {"action":"result","fields":[';
const progressMiddle = '],"id":';
const progressEnd = ',"type":105}';

/** The numbers of a progress result, filled in place; see {@link readProgress}. */
export interface ProgressNumbers {
  id: string;
  done: number;
  expected: number;
  running: number;
  failed: number;
}

/**
 * Reads `@nix {"action":"result","fields":[done,expected,running,failed],"id":N,"type":105}` without parsing JSON:
 * such lines are nine of ten of a copy. False where the line is anything else, or written another way.
 */
export function readProgress(line: string, into: ProgressNumbers): boolean {
  const length = line.length;
  if (!line.startsWith(progressStart) || !line.endsWith(progressEnd)) return false;
  let at = progressStart.length;
  let index = 0;
  let value = 0;
  let hasDigits = false;
  for (;;) {
    const code = line.charCodeAt(at);
    if (isDigit(code)) {
      value = value * 10 + (code - 48);
      hasDigits = true;
    } else if (hasDigits && (code === 44 || code === 93)) {
      if (index === 0) into.done = value;
      else if (index === 1) into.expected = value;
      else if (index === 2) into.running = value;
      else if (index === 3) into.failed = value;
      index += 1;
      value = 0;
      hasDigits = false;
      if (code === 93) break;
    } else return false;
    at += 1;
  }
  if (index !== 4 || !line.startsWith(progressMiddle, at)) return false;
  const from = at + progressMiddle.length;
  const to = length - progressEnd.length;
  if (to <= from) return false;
  if (to - from === into.id.length && line.startsWith(into.id, from)) return true;
  for (let i = from; i < to; i += 1) if (!isDigit(line.charCodeAt(i))) return false;
  into.id = line.slice(from, to);
  return true;
}

const logLineStart = '@nix {"action":"result","fields":["';
const logLineEnd = ',"type":101}';

/** A line of a build's log as {@link readLogLine} finds it. */
export interface LogLine {
  id: string;
  text: string;
}

/**
 * Reads `@nix {"action":"result","fields":["…"],"id":N,"type":101}` with JSON.parse for the string alone: nine of ten lines
 * of a build. False where the line is anything else, or written another way.
 */
export function readLogLine(line: string, into: LogLine): boolean {
  if (!line.endsWith(logLineEnd) || !line.startsWith(logLineStart)) return false;
  const to = line.length - logLineEnd.length;
  let from = to;
  while (isDigit(line.charCodeAt(from - 1))) from -= 1;
  const end = from - progressMiddle.length;
  if (from === to || !line.startsWith(progressMiddle, end)) return false;
  try {
    const text: unknown = JSON.parse(line.slice(logLineStart.length - 1, end));
    if (typeof text !== 'string') return false;
    into.text = text;
  } catch {
    return false;
  }
  if (to - from !== into.id.length || !line.startsWith(into.id, from)) into.id = line.slice(from, to);
  return true;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
