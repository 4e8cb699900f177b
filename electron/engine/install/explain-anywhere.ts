import type { Problem } from '../../../shared/contract/problem.ts';
import {
  beforeAnywhere,
  readAnywhereLine,
  type AnywherePhase,
  type AnywhereProgress,
} from '../../../shared/install/anywhere-progress.ts';
import { explainByLine } from '../explain/line-rule.ts';
import { explain } from '../nix/explain.ts';
import { createProgressFeed } from '../nix/progress-feed.ts';
import { plainText } from '../nix/terminal-text.ts';
import { explainSshText } from '../ssh/explain.ts';
import { anywhereRules } from './anywhere-rules.ts';

/** A run of nixos-anywhere that is over. */
export interface AnywhereRun {
  /** All that it and the programs below it printed, both streams in the order of coming. */
  readonly output: string;
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  /** Why we ended it ourselves: a person cancelled, or it waited for something that did not come. */
  readonly endedBy?: 'person' | 'watchdog';
  /** The machine as a person writes it. */
  readonly place: string;
}

/** How a run ended: the phase that it was in, and the reason where it failed. */
export interface AnywhereEnd {
  readonly progress: AnywhereProgress;
  readonly problem: Problem | null;
}

/** Reads a whole run. Its exit status is that of whatever failed below it, so the reason is in the lines alone. */
export function explainAnywhere(run: AnywhereRun): AnywhereEnd {
  const text = run.output.split('\n').map(plainText).join('\n');
  let progress = beforeAnywhere;
  for (const line of text.split('\n')) progress = readAnywhereLine(progress, line);
  if (run.exitCode === 0 && run.endedBy === undefined) return { progress, problem: null };
  return { progress, problem: reasonOf(text, progress, run) };
}

function reasonOf(text: string, { phase, step }: AnywhereProgress, run: AnywhereRun): Problem {
  if (run.endedBy === 'person') {
    return {
      code: 'install-cancelled',
      title: `Cancelled while nixos-anywhere was at “${step || 'its start'}”`,
      evidence: step,
      advice: [],
    };
  }
  // Within a phase what its own lines say counts; what came before it went well.
  const own = linesOfPhase(text, step);
  const found = byRules(own, phase) ?? byRules(text, phase);
  if (found) return found;
  // What happened on the way to the machine is told by ssh; a lost connection is often only a consequence of it.
  const connection = explainSshText(own, run.place) ?? (phase === 'connect' ? explainSshText(text, run.place) : null);
  if (connection) return connection;
  if (/^(?:error|.*> ).*/m.test(own)) {
    const nix = explainNix(own, run, phase);
    if (nix.code !== 'nix-failed') return nix;
  }
  return unexplained(own, step, run);
}

function byRules(text: string, phase: AnywherePhase): Problem | null {
  const rules = anywhereRules.filter(({ phases }) => phases === undefined || phases.includes(phase));
  return explainByLine(text, rules);
}

function explainNix(text: string, run: AnywhereRun, phase: AnywherePhase): Problem {
  using feed = createProgressFeed({});
  feed.push(text);
  const verb = phase === 'copy' ? 'copy' : 'build';
  const exit = { code: run.exitCode, signal: run.exitCode === null ? 15 : null };
  return explain({ verb, exit, progress: feed.finish(false), target: run.place });
}

function unexplained(text: string, step: string, run: AnywhereRun): Problem {
  const last = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('+ ') && !isNoise(line))
    .slice(-3)
    .join('\n');
  const status = run.exitCode === null ? 'was ended' : `ended with exit status ${run.exitCode}`;
  return {
    code: run.endedBy === 'watchdog' ? 'install-stuck' : 'install-failed',
    title:
      run.endedBy === 'watchdog'
        ? `nixos-anywhere did not get on with “${step || 'its start'}” and was ended`
        : `nixos-anywhere ${status} at “${step || 'its start'}”`,
    evidence: last || step,
    advice: ['Read its log from the last line with ### on.'],
    canRetry: true,
  };
}

const isNoise = (line: string): boolean =>
  /^(?:Warning: Permanently added|Pseudo-terminal will not be allocated|Warning: Identity file)/.test(line);

/** Everything from the last step's line on. */
function linesOfPhase(text: string, step: string): string {
  const start = step === '' ? -1 : text.lastIndexOf(`### ${step} ###`);
  return start < 0 ? text : text.slice(start);
}
