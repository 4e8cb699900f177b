import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProblemError } from '../errors.ts';
import type { JobContext } from '../jobs/context.ts';
import { nixError } from '../nix/errors.ts';
import { lockArguments, updateArguments } from '../nix/flake-update.ts';
import { runNixInJob } from '../nix/run.ts';
import { inputFailed } from './errors.ts';
import type { ScratchTree } from './scratch-tree.ts';
import type { InputsSpec } from './spec.ts';

/** The text of a folder's flake.lock; null where there is none. */
export async function lockTextOf(folder: string): Promise<string | null> {
  return readFile(join(folder, 'flake.lock'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

/**
 * Writes the new flake.lock in a copy of the fleet, and tells what is being fetched.
 * @throws ProblemError that names the input which cannot be fetched
 */
export async function lockInTree(context: JobContext, tree: ScratchTree, change: InputsSpec['change']): Promise<void> {
  const tell = (text: string, done = 0, total = 0): void =>
    context.emit({ type: 'activity', activity: { text, done, total } });
  tell('Locking inputs');
  const { exit, progress } = await runNixInJob(context, {
    host: null,
    stage: 'plan',
    args: change.kind === 'edit' ? lockArguments(tree.ref) : await updateArguments(tree.ref, change.inputs),
    cwd: tree.path,
    onUpdate: ({ view }) => tell(view.activity ?? 'Locking inputs', view.downloads.done, view.downloads.total),
  });
  if (exit.code === 0) return;
  const error = nixError({ exit, progress, verb: 'evaluate', flakeFolder: tree.path });
  const name = /while (?:updating|fetching) the flake input '([^']+)'/.exec(causeOf(error))?.[1];
  throw name === undefined ? error : new ProblemError(inputFailed(name, error.problem), { cause: error });
}

function causeOf(error: ProblemError): string {
  return error.cause instanceof Error ? error.cause.message : '';
}
