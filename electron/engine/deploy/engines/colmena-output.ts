import { plainText } from '../../nix/terminal-text.ts';
import { exitCodeIn, readNixLine, type ToolEvent, type ToolLine, type ToolStage } from './tool-line.ts';

/**
 * Colmena's plain output (0.4 and 0.5, src/progress/plain.rs and src/job.rs). A line is `  host | text`; `(...)` stands for
 * several hosts and an empty name for the run. What colmena says and what programs below it say look the same, so its own
 * sentences are known by their words. Its log lines are `[INFO ] text` in 0.4 and ` INFO text` in 0.5.
 */

const framed = /^\s*(\(\.\.\.\)|[A-Za-z0-9_.@-]*) \|(?: (.*))?$/;
const logged = /^\s*\[?(TRACE|DEBUG|INFO|WARN|ERROR)\s*\]? (.*)$/;
/** The end of a run repeats the last lines of what failed. */
const repeated =
  /^\s*(?:created|state|stdout|stderr|message|success|noop|failure)\)|^-----$| - Last \d+ lines of logs:$/;

const beginnings: readonly (readonly [RegExp, ToolStage])[] = [
  [/^Evaluating /, 'evaluate'],
  [/^Building \S/, 'build'],
  [/^Pushing system closure$/, 'copy'],
  [/^Uploading (?:keys$|(?:pre|post)-activation keys|key )/, 'keys'],
  [/^Activating system profile$/, 'activate'],
  [/^(?:Rebooting|Waiting for reboot)$/, 'reboot'],
];
const ends: readonly (readonly [RegExp, ToolStage])[] = [
  [/^Evaluated /, 'evaluate'],
  [/^Built "(\/nix\/store\/[^"]+)"(?: on target node)?$/, 'build'],
  [/^Pushed system closure$/, 'copy'],
  [/^Uploaded keys/, 'keys'],
  [/^(?:Activation successful(?: \(test\))?|Dry activation successful|Will be activated next boot)$/, 'activate'],
  [/^Rebooted$/, 'reboot'],
];
const failures: readonly (readonly [RegExp, ToolStage])[] = [
  [/^Evaluation failed: (.*)$/, 'evaluate'],
  [/^Build failed: (.*)$/, 'build'],
  [/^Push failed: (.*)$/, 'copy'],
  [/^Key upload failed: (.*)$/, 'keys'],
  [/^Activation failed: (.*)$/, 'activate'],
  [/^Reboot failed: (.*)$/, 'reboot'],
];

/** Reads a line that colmena printed without a terminal. */
export function readColmenaLine(line: string): ToolLine {
  const plain = plainText(line).trimEnd();
  const log = logged.exec(plain);
  if (log) return readLog(log[1] ?? '', log[2] ?? '');
  const frame = framed.exec(plain);
  if (!frame) {
    const isPanic = /panicked at /.test(plain);
    const isAside = /RUST_BACKTRACE/.test(plain);
    return { host: null, text: plain, event: isPanic ? { type: 'stopped', reason: plain } : null, isAside };
  }
  const [, label = '', text = ''] = frame;
  // The run's own line tells again what a host's line told.
  if (label === '') return { host: null, text, event: null, isAside: true };
  const event = statusEvent(text);
  return { host: label === '(...)' ? null : label, text, event: event ?? readNixLine(text), isAside: event !== null };
}

function statusEvent(text: string): ToolEvent | null {
  for (const [pattern, stage] of failures) {
    const reason = pattern.exec(text)?.[1];
    if (reason !== undefined) return { type: 'failed', stage, reason, exitCode: exitCodeIn(reason) };
  }
  for (const [pattern, stage] of ends) {
    const found = pattern.exec(text);
    if (found) return { type: 'done', stage, ...(found[1] === undefined ? {} : { system: found[1] }) };
  }
  const stage = beginnings.find(([pattern]) => pattern.test(text))?.[1];
  return stage === undefined ? null : { type: 'begins', stage };
}

function readLog(level: string, text: string): ToolLine {
  const aside = { host: null, text, isAside: true } as const;
  if (/^No hosts selected/.test(text)) return { ...aside, event: { type: 'nothing-selected' } };
  if (level !== 'ERROR' || repeated.test(text)) return { ...aside, event: null };
  return { ...aside, event: { type: 'stopped', reason: text.replace(/^Operation failed with error: /, '') } };
}

/** Of `colmena --version`; null where it says something else. */
export function readColmenaVersion(
  text: string,
): { readonly version: string; readonly generation: 'v0' | 'v0.5' } | null {
  const version = /^colmena (\d+\.\d+\S*)/im.exec(text)?.[1];
  if (version === undefined) return null;
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return { version, generation: major === 0 && minor < 5 ? 'v0' : 'v0.5' };
}
