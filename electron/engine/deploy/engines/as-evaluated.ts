import type { HostName } from '../../../../shared/contract/ids.ts';
import type { DeployWork } from '../deploy-work.ts';
import { stateNow } from '../known-systems.ts';
import { deployError } from '../problems.ts';
import { engineProblems } from './problems.ts';

/**
 * To be asked before a program reads the fleet's files by itself: what was evaluated, and approved where there is a plan,
 * was of the files as they were when the job began.
 * @throws ProblemError `engine-files-changed`
 */
export async function mustBeAsEvaluated(
  { spec, context, evaluatedFiles }: Pick<DeployWork, 'spec' | 'context' | 'evaluatedFiles'>,
  host: HostName,
): Promise<void> {
  const then = await evaluatedFiles;
  if (then === null) return;
  const now = await stateNow(spec, context.signal);
  context.signal.throwIfAborted();
  if (now !== then) throw deployError(engineProblems.filesChanged(spec.engine, host, then, now));
}
