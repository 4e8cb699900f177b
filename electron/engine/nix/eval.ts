import type { z } from 'zod';
import { formatString } from '../../../shared/nix/value.ts';
import { nixError } from './errors.ts';
import { flakeInstallable } from './installable.ts';
import { readJson } from './json-answer.ts';
import { heapLimit } from './memory.ts';
import { findNix } from './nix-program.ts';
import type { NixRun } from './nix-run.ts';
import { isAtLeast } from './nix-version.ts';
import { captureNix, type NixCommand, type NixListeners } from './run.ts';
import type { CaptureLimits } from './capture.ts';

export interface EvalRequest<T>
  extends
    NixListeners,
    CaptureLimits,
    Pick<NixCommand, 'env' | 'gitConfig'>,
    Pick<NixRun, 'flakeFolder' | 'untracked'> {
  /** A flake reference, or the path of a Nix file. */
  readonly source: { readonly ref: string } | { readonly file: string };
  /** Default: the flake's outputs, or the file's value, as a whole. */
  readonly attribute?: string | readonly string[];
  /** Nix source of a function that is applied to it, so that only what is asked for is forced. */
  readonly apply?: string;
  /** Of a flake: this lock counts in place of its own. */
  readonly lockFile?: string | undefined;
  /** Of the result. */
  readonly schema: z.ZodType<T>;
}

/** A flake's whole outputs are `#.`, since nix 2.19. Before, `lockFile` has no effect on them. */
export const wholeOutputsSince = [2, 19] as const;

/**
 * Evaluates something and gives its value, in the memory that is available; writes no lock file.
 * @throws ProblemError with the reason (its `cause` has the whole trace), or the signal's reason when it aborts
 */
export async function evalJson<T>(request: EvalRequest<T>): Promise<T> {
  const args = await evalArguments(request);
  const result = await captureNix({ ...request, args, env: { ...heapLimit(process.env), ...request.env } });
  if (result.exit.code !== 0 || result.endedBy !== undefined) {
    throw nixError({ ...request, ...result, verb: 'evaluate' });
  }
  return readJson(result.stdout, 'the evaluation', request.schema, true);
}

/** The command, also to be shown to a person. */
export async function evalArguments(
  request: Pick<EvalRequest<unknown>, 'source' | 'attribute' | 'apply' | 'lockFile'>,
): Promise<NixCommand['args']> {
  const { source, attribute, apply, lockFile } = request;
  // The trace is printed only when it fails, and without it nix hides the very lines that name the user's files.
  const common = [
    '--json',
    '--show-trace',
    '--no-write-lock-file',
    ...(lockFile === undefined ? [] : ['--reference-lock-file', lockFile]),
    ...(apply === undefined ? [] : ['--apply', apply]),
  ];
  if ('file' in source) {
    const path = attribute === undefined ? '' : typeof attribute === 'string' ? attribute : attribute.join('.');
    return ['eval', ...common, '--file', source.file, path];
  }
  if (attribute !== undefined) return ['eval', ...common, flakeInstallable(source.ref, attribute)];
  const { version } = await findNix();
  if (isAtLeast(version, wholeOutputsSince)) return ['eval', ...common, `${source.ref}#.`];
  return ['eval', ...common, '--impure', '--expr', `(builtins.getFlake ${formatString(source.ref)}).outputs`];
}
