import type { HostOutcome } from '../../../../shared/contract/job.ts';
import { problemOf } from '../../unexpected.ts';
import { connect } from '../../ssh/client.ts';
import { sshTarget } from '../../ssh/target.ts';
import type { DeployWork } from '../deploy-work.ts';
import { HostHealth } from '../health/host-health.ts';
import { secondsFor } from '../../../../shared/fleet/safety.ts';
import { deployProblems } from '../problems.ts';
import type { DeployHost } from '../spec.ts';

/** A host that was deployed, asked over a new connection whether all is still well; null: it is. */
export async function checkAgain(
  { context, files, spec }: Pick<DeployWork, 'context' | 'files' | 'spec'>,
  host: DeployHost,
  outcome: HostOutcome,
): Promise<HostOutcome | null> {
  const { name, target, sshOptions, checks, privilegeCommand } = host;
  if (target === null) return null;
  const { signal } = context;
  const worse = (error: NonNullable<HostOutcome['error']>): HostOutcome => {
    context.emit({ type: 'problem', host: name, stage: 'verify', problem: error });
    const now: HostOutcome = { ...outcome, state: 'switched-with-failures', error };
    context.emit({ type: 'outcome', host: name, outcome: now });
    return now;
  };
  try {
    using session = await connect(sshTarget(target, sshOptions), { files, signal });
    const privilege = session.resolved.user === 'root' ? [] : privilegeCommand;
    const place = { privilege, failedBefore: [], fleetFolder: spec.fleet.path };
    const health = new HostHealth({ context, host: name, checks, place });
    const until = Date.now() + secondsFor(checks) * 1000;
    const results = await health.run(session, { signal, until, onProgress: () => undefined });
    const bad = results.filter(({ state }) => state === 'failed');
    if (bad.length === 0) return null;
    const lines = bad.map(({ name: check, detail }) => `${check}: ${detail}`).join('\n');
    return worse(
      deployProblems.unhealthy(
        name,
        bad.map((check) => check.name),
        lines,
      ),
    );
  } catch (error) {
    signal.throwIfAborted();
    return worse(problemOf(error));
  }
}
