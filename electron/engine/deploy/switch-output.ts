/**
 * What switch-to-configuration says while it works, line by line. The texts are those of NixOS's Perl and Rust programs
 * (nixpkgs: nixos/modules/system/activation/switch-to-configuration.pl, pkgs/by-name/sw/switch-to-configuration-ng).
 */
export interface SwitchProgress {
  /** Units that it named so far, and those of them that it is through with. */
  readonly unitsDone: number;
  readonly unitsTotal: number;
  /** What it does at the moment, in its own words. */
  readonly activity: string;
  readonly restarted: readonly string[];
  readonly reloaded: readonly string[];
  readonly started: readonly string[];
  readonly stopped: readonly string[];
  /** Units that failed, or could not be started, restarted or reloaded. */
  readonly failed: readonly string[];
  /** What else failed, in its own words, such as the activation of a user's units. */
  readonly otherFailures: readonly string[];
  /** The activation script failed. Where units failed too, the exit status tells of those alone. */
  readonly hasActivationFailed: boolean;
}

type Verb = 'restarted' | 'reloaded' | 'started' | 'stopped';

const unitLines: readonly (readonly [RegExp, Verb])[] = [
  [/^(?:restarting|would restart) the following units: (.+)$/, 'restarted'],
  [/^(?:reloading|would reload) the following units: (.+)$/, 'reloaded'],
  [/^(?:starting|would start) the following units: (.+)$/, 'started'],
  [/^(?:stopping|would stop) the following units: (.+)$/, 'stopped'],
  [/^the following new units were started: (.+)$/, 'started'],
];
/** The last two are systemctl's own words, which the Perl program lets through. */
const failedLines: readonly RegExp[] = [
  /^warning: the following units failed: (.+)$/,
  /^Failed to (?:start|restart|reload) ([^ :]+\.[a-z]+)(?::.*)?$/,
  /^Job for ([^ ]+) failed\b/,
  /^A dependency job for ([^ ]+) failed\b/,
];
const otherFailureLine = /^warning: (user activation for .+ failed)$/;
const activationFailedLine = /^(?:Failed to run activate script|Activation script snippet '.*' failed \(\d+\))$/;
const activityLine =
  /^(?:(?:would )?(?:re)?(?:start|load|stop|activat)[a-z]* |setting up |updating |installing |reloading |NOT )/;

export const noSwitchProgress: SwitchProgress = {
  unitsDone: 0,
  unitsTotal: 0,
  activity: '',
  restarted: [],
  reloaded: [],
  started: [],
  stopped: [],
  failed: [],
  otherFailures: [],
  hasActivationFailed: false,
};

const names = (list: string): string[] => list.split(',').map((name) => name.trim());
const union = (a: readonly string[], b: readonly string[]): string[] => [...new Set([...a, ...b])];

/** Takes one line. Each group of units that it names means that it is through with those before. */
export function readSwitchLine(before: SwitchProgress, line: string): SwitchProgress {
  const text = line.trimEnd();
  for (const pattern of failedLines) {
    const failed = pattern.exec(text)?.[1];
    if (failed === undefined) continue;
    return { ...before, unitsDone: before.unitsTotal, failed: union(before.failed, names(failed)) };
  }
  const other = otherFailureLine.exec(text)?.[1];
  if (other !== undefined) return { ...before, otherFailures: union(before.otherFailures, [other]) };
  if (activationFailedLine.test(text)) return { ...before, hasActivationFailed: true };
  for (const [pattern, verb] of unitLines) {
    const list = pattern.exec(text)?.[1];
    if (list === undefined) continue;
    const units = names(list);
    const isOver = text.startsWith('the following');
    const total = before.unitsTotal + units.length;
    return {
      ...before,
      [verb]: union(before[verb], units),
      unitsDone: isOver ? total : before.unitsTotal,
      unitsTotal: total,
      activity: text,
    };
  }
  return activityLine.test(text) ? { ...before, activity: text } : before;
}

/** For example `2 restarted, 1 started`; empty where nothing of units was said. `would`: after dry-activate. */
export function describeUnits(progress: SwitchProgress, would = false): string {
  const verbs = would
    ? ({ stopped: 'stop', restarted: 'restart', reloaded: 'reload', started: 'start' } as const)
    : ({ stopped: 'stopped', restarted: 'restarted', reloaded: 'reloaded', started: 'started' } as const);
  const order: readonly Verb[] = ['stopped', 'restarted', 'reloaded', 'started'];
  const parts = order.flatMap((verb) => {
    const count = progress[verb].length;
    if (count === 0) return [];
    return would ? [`would ${verbs[verb]} ${count}`] : [`${count} ${verbs[verb]}`];
  });
  return parts.join(', ');
}

/** Cuts a stream into lines; the last piece stays until its end comes. */
export class LineCutter {
  #rest = '';

  *push(text: string): Generator<string> {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    yield* lines;
  }
}
