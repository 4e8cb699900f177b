import type { Problem } from '../../../../shared/contract/problem.ts';
import { explain } from '../../nix/explain.ts';
import type { NixVerb } from '../../nix/nix-run.ts';
import { explainByLine } from '../../explain/line-rule.ts';
import { createProgressFeed } from '../../nix/progress-feed.ts';
import { explainSshText } from '../../ssh/explain.ts';
import type { ToolStage } from './tool-line.ts';
import { toolRules } from './tool-rules.ts';
import type { ToolHostProgress, ToolProgress } from './tool-progress.ts';

/** A run of a deploying program that did not come to what was asked for. */
export interface ToolRun {
  /** What a person calls the program: `colmena`. */
  readonly program: string;
  readonly host: string;
  /** The host as a person writes it: `root@nas`. */
  readonly place: string;
  readonly flakeFolder: string;
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  readonly progress: ToolProgress;
}

const verbs: Readonly<Partial<Record<ToolStage, NixVerb>>> = { evaluate: 'evaluate', build: 'build', copy: 'copy' };
const what: Readonly<Record<ToolStage, string>> = {
  evaluate: 'evaluate',
  build: 'build the system of',
  copy: 'copy the system to',
  keys: 'upload the keys of',
  activate: 'activate the system of',
  reboot: 'reboot',
};

/** Says why a program failed with a host: what nix or ssh below it said, else its own words. */
export function explainTool(run: ToolRun): Problem {
  const { progress, host, program } = run;
  const own = progress.hosts.get(host);
  if (progress.isNothingSelected) return nothingSelected(run);
  const failure = own?.failure ?? progress.shared;
  const stage = failure?.stage ?? own?.stage ?? null;
  const words = wordsAbout(own, progress, failure?.reason);
  const below = stage === null ? null : explainBelow(words, stage, run);
  if (below !== null) return below;
  if (stage === 'keys' && failure) return keysNotUploaded(host, program, failure.reason);
  const known = explainByLine([...words, ...progress.lines].join('\n'), toolRules);
  if (known !== null) return known;
  const evidence = words.slice(-20).join('\n') || `It ended with ${endOf(run)}`;
  return {
    code: 'engine-failed',
    title: stage === null ? `${program} failed (${endOf(run)})` : `${program} could not ${what[stage]} ${host}`,
    evidence,
    advice: [
      'Read its log from the top for the first error.',
      'Deploy with the engine nix to see which stage fails, and why.',
    ],
  };
}

function wordsAbout(own: ToolHostProgress | undefined, progress: ToolProgress, reason: string | undefined): string[] {
  const lines = own && own.lines.length > 0 ? own.lines : progress.lines;
  const last = reason ?? progress.stopped;
  return [...lines, ...(last === null || lines.includes(last) ? [] : [last])];
}

function explainBelow(words: readonly string[], stage: ToolStage, run: ToolRun): Problem | null {
  const verb = verbs[stage];
  if (verb === undefined) return null;
  const text = `${words.join('\n')}\n`;
  using feed = createProgressFeed({});
  feed.push(text);
  const nix = explain({
    verb,
    exit: { code: run.exitCode ?? 1, signal: null },
    progress: feed.finish(false),
    target: run.place,
    flakeFolder: run.flakeFolder,
  });
  return nix.code === 'nix-failed' ? explainSshText(text, run.place) : nix;
}

function nothingSelected({ program, host }: ToolRun): Problem {
  return {
    code: 'engine-nothing-selected',
    title: `${program} does not know ${host}; nothing was done`,
    evidence: 'No hosts selected',
    advice: [`Check that ${host} is in what ${program} reads, and that its files are known to git.`],
  };
}

function keysNotUploaded(host: string, program: string, reason: string): Problem {
  return {
    code: 'engine-keys-failed',
    title: `${program} could not upload a key of ${host}`,
    evidence: reason,
    advice: ['Run the key’s command here by hand, or look at its file; then deploy again.'],
  };
}

function endOf({ exitCode }: ToolRun): string {
  return exitCode === null ? 'a signal' : `exit status ${exitCode}`;
}
