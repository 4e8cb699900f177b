import type { Problem } from '../../../shared/contract/problem.ts';
import { explainConnection } from './explain-connection.ts';
import { readFailure } from './failure-message.ts';
import type { NixRun } from './nix-run.ts';
import { placeOfError } from './place.ts';
import { findFit } from './rule-fit.ts';
import { flakeLocation, problemOf } from './rule-problem.ts';
import type { Rule } from './rule.ts';
import { shortened } from './terminal-text.ts';

const longestEvidence = 4000;

/**
 * Says why a run of nix failed: the cause, not the last line. For runs that failed; where nix gives no reason, the answer
 * is `nix-failed` with whatever it printed last. The codes are listed in rules.ts.
 */
export function explain(run: NixRun): Problem {
  const ended = explainEnd(run);
  if (ended !== null) return ended;
  // A derivation that failed is the cause of whatever else is said.
  const fit =
    findFit(run, isAboutDerivation) ?? findFit(run, (rule) => !isAboutDerivation(rule) && !isLastResort(rule));
  if (fit !== null) return problemOf(fit, run);
  const connection = explainConnection(run);
  if (connection !== null) return connection;
  const last = findFit(run, isLastResort);
  return last === null ? explainRest(run) : problemOf(last, run);
}

function isAboutDerivation(rule: Rule): boolean {
  return rule.about === 'derivation' || rule.about === 'log';
}

function isLastResort(rule: Rule): boolean {
  return rule.code === 'nix-evaluation-failed';
}

/** Somebody or something ended it from outside; what nix said then is no reason. */
function explainEnd(run: NixRun): Problem | null {
  const { progress, exit, endedBy } = run;
  const what = { evaluate: 'The evaluation', build: 'The build', copy: 'The copy', query: 'The question to nix' }[
    run.verb
  ];
  if (endedBy === 'time-limit') {
    return {
      code: 'nix-timed-out',
      title: `${what} took too long and was ended`,
      evidence: progress.activity ?? lastWords(run),
      advice: ['Look at what it was doing, and try again.'],
      canRetry: true,
    };
  }
  if (endedBy === 'output-limit') {
    return {
      code: 'nix-output-too-long',
      title: `${what} printed more than can be taken in, and was ended`,
      evidence: '',
      advice: ['An attribute is much larger than it should be: evaluate it by hand and look at it.'],
    };
  }
  if (endedBy === 'person' || progress.isInterrupted || exit.signal === 2 || exit.code === 130) {
    const line = progress.lines.find((found) => found.text === 'interrupted by the user');
    return {
      code: 'nix-interrupted',
      title: `${what} was broken off`,
      evidence: line?.text ?? '',
      advice: ['What was finished until then is kept: doing it again goes on from there.'],
      canRetry: true,
    };
  }
  if (exit.signal === 9 && progress.failures.length === 0) {
    return {
      code: 'nix-killed-by-memory',
      title: `${what} was killed, most likely because memory ran out`,
      evidence: 'nix was ended by signal 9 (SIGKILL)',
      advice: [
        'Look for “Out of memory” in the kernel’s log: journalctl --dmesg',
        'Close other programs, add swap or zram, or do less at once.',
      ],
      canRetry: true,
    };
  }
  return null;
}

/** Nothing fits: the first error that is no consequence, else the last words. */
function explainRest(run: NixRun): Problem {
  const error = run.progress.lines.find(
    (line) => line.kind === 'error' && readFailure(line.text)?.isConsequence !== true,
  );
  const place = error === undefined ? undefined : placeOfError(error, flakeLocation(run));
  const how = run.exit.signal === null ? `exit status ${run.exit.code ?? 'unknown'}` : `signal ${run.exit.signal}`;
  return {
    code: 'nix-failed',
    title: `Nix failed (${how})`,
    evidence: shortened(error?.text ?? lastWords(run), longestEvidence),
    advice: ['Read its log from the top for the first error.'],
    ...(place === undefined ? {} : { place }),
  };
}

function lastWords(run: NixRun): string {
  return run.progress.lines.at(-1)?.text ?? '';
}
