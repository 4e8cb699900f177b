import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { Problem } from '../../../shared/contract/problem.ts';
import { withoutDefaults } from '../../../shared/disko/defaults.ts';
import { fromJson, isSet, type Layout } from '../../../shared/disko/layout.ts';
import {
  readLayout,
  type LayoutArgument,
  type LayoutReading,
  type LayoutSource,
  type SourceNote,
} from '../../../shared/disko/read-source.ts';
import { formatValue } from '../../../shared/nix/value.ts';
import { ProblemError } from '../errors.ts';
import { textOf } from '../fleet/files/fleet-file.ts';
import { evalJson } from '../nix/eval.ts';
import { evaluationLimits } from './evaluation-limits.ts';
import { standInLibrary } from './stand-in-library.ts';

/** Larger files are not layouts that somebody wrote. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;
const EVALUATION_LIMIT_MS = 20_000;
const choose = 'Choose the file that sets disko.devices.';

/** A layout that was read from a file, and how. */
export interface LayoutFile {
  readonly path: string;
  readonly text: string;
  readonly layout: Layout;
  /** `text`: read from the text alone. `evaluation`: computed by nix, so it can be shown but not changed as text. */
  readonly way: 'text' | 'evaluation';
  readonly devicesPath: readonly string[];
  readonly arguments: readonly LayoutArgument[];
  readonly kept: readonly (SourceNote & { readonly path: readonly (string | number)[] })[];
  readonly assumed: readonly SourceNote[];
  /** For writing changes back; null where the layout was evaluated. */
  readonly source: LayoutSource | null;
  /** Why the file cannot be changed as text; null where it can. */
  readonly readOnly: SourceNote | null;
}

/**
 * Reads the disko layout of a file: from its text where that is enough, else with nix and a time limit.
 *
 * @param given values for the file's arguments
 * @throws ProblemError with the place, for what is no layout, needs arguments or fails to evaluate
 */
export async function readLayoutFile(
  file: string,
  given: Readonly<Record<string, unknown>>,
  signal?: AbortSignal,
): Promise<LayoutFile> {
  const path = resolve(file);
  const text = await readText(path);
  const reading = readLayout(text, given);
  if (reading.ok) return { ...reading, path, text, way: 'text', readOnly: null };
  if (reading.reason !== 'outside') throw new ProblemError(refusal(path, text, reading));
  const layout = await evaluateLayout(path, given, reading, signal ?? new AbortController().signal);
  const { arguments: taken, note } = reading;
  return {
    path,
    text,
    layout,
    way: 'evaluation',
    devicesPath: [],
    arguments: taken,
    kept: [],
    assumed: [],
    source: null,
    readOnly: note,
  };
}

async function readText(path: string): Promise<string> {
  const refuse = (code: string, title: string, evidence: string, advice: string): ProblemError =>
    new ProblemError({ code, title, evidence, advice: [advice] });
  const unreadable = (error: NodeJS.ErrnoException): never => {
    throw refuse(
      'file-unreadable',
      `${path} cannot be read`,
      error.message,
      'Check the path and whether you may read the file.',
    );
  };
  const facts = await stat(path).catch(unreadable);
  // A device or a pipe may never end.
  if (!facts.isFile()) throw refuse('file-unreadable', `${path} is not a file`, '', choose);
  if (facts.size > MAX_FILE_BYTES) {
    throw refuse('file-too-large', `${path} is too large for a layout`, `${facts.size} bytes`, choose);
  }
  const text = textOf(await readFile(path).catch(unreadable));
  // Written back, other bytes would not be the same.
  if (text === null) throw refuse('file-not-text', `${path} is not text`, 'It is not UTF-8.', choose);
  return text;
}

const titles = {
  syntax: 'The file is not valid Nix',
  arguments: 'The layout needs a value that is not in the file',
  outside: 'The layout depends on something outside the file',
  'not-a-layout': 'The file holds no disko layout',
  error: 'The layout cannot be evaluated',
} as const;

function refusal(path: string, text: string, reading: Extract<LayoutReading, { ok: false }>): Problem {
  const { reason, note } = reading;
  const needed = reading.arguments.filter((item) => item.isNeeded).map((item) => item.name);
  const advice: Readonly<Record<typeof reason, string[]>> = {
    syntax: ['Mend the line; the text was not changed.'],
    arguments: needed.map((name) => `Give it with --arg ${name}=VALUE.`),
    outside: ['Install nix, so that the file can be evaluated.'],
    'not-a-layout': ['Choose the file that sets disko.devices, or that holds { disk = ...; } itself.'],
    error: ['Mend the line; the text was not changed.'],
  };
  return {
    code: `layout-${reason}`,
    title: `${titles[reason]}: ${note.message}`,
    evidence: text.split('\n')[note.line - 1]?.slice(0, 500) ?? '',
    advice: advice[reason],
    place: { file: path, line: note.line, column: note.column },
  };
}

/** What the evaluation of a file must give: `disko.devices` as JSON. */
const devices = z.record(z.string(), z.unknown());

async function evaluateLayout(
  path: string,
  given: Readonly<Record<string, unknown>>,
  reading: Extract<LayoutReading, { ok: false }>,
  signal: AbortSignal,
): Promise<Layout> {
  const data = await evalJson({
    source: { file: path },
    apply: `value: (${devicesOf}) (${standInLibrary}) (${formatValue(asNix(given))}) value`,
    schema: devices,
    signal,
    timeLimitMs: EVALUATION_LIMIT_MS,
    ...evaluationLimits,
  }).catch((error: unknown) => {
    if (!(error instanceof ProblemError)) throw error;
    const { note } = reading;
    throw new ProblemError(
      {
        ...error.problem,
        code: 'layout-evaluation',
        title: `${evaluationTitle(error.problem)}: ${note.message}`,
        place: error.problem.place ?? { file: path, line: note.line, column: note.column },
      },
      { cause: error },
    );
  });
  const layout = fromJson(data);
  if (!isSet(layout)) throw new Error('The schema lets nothing but a set through');
  return withoutDefaults(layout);
}

function evaluationTitle({ code, evidence }: Problem): string {
  if (code === 'nix-timed-out') return `The layout takes longer than ${EVALUATION_LIMIT_MS / 1000} s to evaluate`;
  if (/out of memory/i.test(evidence)) return 'The layout takes more memory to evaluate than it may';
  return titles.outside;
}

function asNix(given: Readonly<Record<string, unknown>>) {
  return fromJson(given);
}

/**
 * Nix: calls a file's function with `lib`, the given arguments and stand-ins for what NixOS hands to modules, and takes
 * `disko.devices` out of what it gives. `config` holds the defaults of the options that the file itself declares.
 */
const devicesOf = `lib: given: value:
  let
    inherit (builtins) isFunction functionArgs intersectAttrs mapAttrs isAttrs;
    defaults = options: mapAttrs (_: option: if !isAttrs option then option
      else if (option._type or null) == "option" then option.default or (throw "an option without a default")
      else defaults option) options;
    arguments = {
      inherit lib config;
      options = file.options or { };
      pkgs = { };
      modulesPath = "/modules";
      utils = { };
    } // given;
    call = v:
      if isFunction v then
        let wanted = functionArgs v; in
        call (v (if wanted == { } then arguments else intersectAttrs wanted arguments))
      else v;
    file = call value;
    config = defaults (file.options or { });
  in
  file.disko.devices or (file.config.disko.devices or (file.devices or (
    if file ? config || file ? options then throw "the file sets no disko.devices under the conditions that it names" else file)))`;
