import type { Problem } from '../../../shared/contract/problem.ts';
import type { NixRun } from './nix-run.ts';
import { fileOfFlake, placeOfError, type FlakeLocation } from './place.ts';
import type { Fit, Words } from './rule-fit.ts';
import type { Rule } from './rule.ts';
import { shortened } from './terminal-text.ts';

const longestEvidence = 4000;
const mostEvidenceLines = 16;
const shownLogLines = 20;

/** What a person reads about it. */
export function problemOf(fit: Fit, run: NixRun): Problem {
  const flake = flakeLocation(run);
  const missing = fit.rule.code.startsWith('nix-file-') ? missingFile(fit, flake) : null;
  const isUntracked = missing !== null && isNotInGit(missing, run, flake);
  const words = { ...factsOf(fit, run), ...fit.words, ...(missing === null ? {} : { file: missing }) };
  const place = fit.error === null ? undefined : placeOfError(fit.error, flake);
  const advice = fit.rule.advice.flatMap((text) => fill(text, words) ?? []);
  if (isUntracked && fit.rule.code === 'nix-file-missing') {
    advice.unshift(
      `If it is there, git does not know it yet: git add --intent-to-add -- '${relativeTo(missing, run.flakeFolder)}'`,
    );
  }
  return {
    code: isUntracked ? 'nix-file-untracked' : fit.rule.code,
    title: titleOf(fit.rule, words),
    evidence: evidenceOf(fit),
    advice,
    ...(place === undefined ? {} : { place }),
    ...(fit.rule.canRetry === undefined ? {} : { canRetry: fit.rule.canRetry }),
  };
}

/** Words for the templates that no pattern can give. */
function factsOf(fit: Fit, run: NixRun): Record<string, string | undefined> {
  const text = fit.error === null ? '' : `${fit.error.text}\n${fit.error.trace}`;
  const side = fit.rule.side;
  const space = side === undefined ? undefined : run.freeSpace?.[side];
  return {
    target: targetOf(run) ?? 'the target',
    suggestion: /Did you mean (?:one of )?([^\n]+)\?/.exec(text)?.[1]?.replace(/[`'‘’]/g, ''),
    option: [...text.matchAll(/^\s*… while evaluating the option [`‘]([^'’]+)['’]/gm)].at(-1)?.[1],
    summary: fit.text
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.slice(0, 200),
    free: space && sizeText(space.availableBytes),
    needed: run.progress.bytes.total > 0 ? sizeText(run.progress.bytes.total) : undefined,
  };
}

/** The first of the rule's titles whose words are all known. */
function titleOf(rule: Rule, words: Words): string {
  return rule.titles.flatMap((template) => fill(template, words) ?? [])[0] ?? rule.code;
}

function evidenceOf(fit: Fit): string {
  if (fit.rule.evidence === 'line') return shortened(fit.line, longestEvidence);
  const log = fit.rule.evidence === 'log' ? (fit.failure?.logTail.slice(-shownLogLines) ?? []) : [];
  const lines = fit.text.split('\n');
  const shown = lines.length > mostEvidenceLines ? [...lines.slice(0, mostEvidenceLines), '…'] : lines;
  return shortened([...shown, ...log].join('\n').trim(), longestEvidence);
}

/** Where the flake of this run is. */
export function flakeLocation({ flakeFolder, flakeSource, progress }: NixRun): FlakeLocation {
  return {
    folder: flakeFolder,
    source: flakeSource ?? progress.flakeSource,
    subfolder: progress.flakeSubfolder,
  };
}

/** The other machine: as the caller names it, else as nix does. */
export function targetOf(run: NixRun): string | undefined {
  if (run.target !== undefined) return run.target;
  for (const line of run.progress.lines) {
    const found = /failed to start SSH connection to '([^']+)'/.exec(line.text)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}

function missingFile(fit: Fit, flake: FlakeLocation): string | null {
  const path = fit.words['file'] ?? fit.words['path'];
  return path === undefined ? null : (fileOfFlake(path, flake) ?? path);
}

/** In a git folder nix sees only what git knows; that a file is missing there has two possible reasons. */
function isNotInGit(file: string, run: NixRun, flake: FlakeLocation): boolean {
  const path = relativeTo(file, flake.folder);
  if (run.untracked !== undefined) return run.untracked.some((known) => known === path || known.startsWith(`${path}/`));
  return (
    !path.startsWith('/') && run.progress.lines.some((line) => /^warning: Git tree '.*' is dirty$/.test(line.text))
  );
}

function relativeTo(file: string, folder: string | undefined): string {
  return folder !== undefined && file.startsWith(`${folder}/`) ? file.slice(folder.length + 1) : file;
}

/** Null where a word of the template is not known. */
function fill(template: string, words: Words): string | null {
  let isComplete = true;
  const text = template.replace(/\{(\w+)\}/g, (_, word: string) => {
    const value = words[word];
    if (value === undefined || value === '') isComplete = false;
    return value ?? '';
  });
  return isComplete ? text : null;
}

function sizeText(bytes: number): string {
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KiB`;
  if (bytes < 1024 ** 3) return `${Math.round(bytes / 1024 ** 2)} MiB`;
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
